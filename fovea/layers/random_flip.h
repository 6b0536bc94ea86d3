// Pictures turned over at random.
#pragma once

#include "fovea/layers/random_layer.h"

namespace fovea {

enum class FlipMode { horizontal, vertical, horizontal_and_vertical };
void read_field(const Json& json, FlipMode& value, const std::string& where);
Json write_field(FlipMode value);

struct RandomFlipOptions {
  FlipMode mode = FlipMode::horizontal_and_vertical;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("mode", mode);
  }
};

// While training, turns every second picture over: its columns, its rows, or both at once (Keras:
// image_preprocessing/random_flip.py, where one draw decides for both axes); else gives its input unchanged.
class RandomFlip final : public LayerOf<RandomFlip, RandomFlipOptions> {
 public:
  static constexpr const char* kType = "RandomFlip";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
};

}  // namespace fovea
