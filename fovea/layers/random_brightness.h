// The brightness of pictures changed at random.
#pragma once

#include "fovea/layers/random_layer.h"

namespace fovea {

struct RandomBrightnessOptions {
  Factor factor = {};
  Bounds value_range = {};
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("factor", factor);
    v("value_range", value_range);
  }
};

// While training, adds to each picture a number between factor · (value_range's width)'s bounds, and keeps it within
// that range (Keras: image_preprocessing/random_brightness.py); else gives its input unchanged. Backward needs the
// input.
class RandomBrightness final : public LayerOf<RandomBrightness, RandomBrightnessOptions> {
 public:
  static constexpr const char* kType = "RandomBrightness";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
};

}  // namespace fovea
