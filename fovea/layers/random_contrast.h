// The contrast of pictures changed at random.
#pragma once

#include "fovea/layers/random_layer.h"

namespace fovea {

struct ContrastFactor {
  double lower = 0, upper = 0;
  ContrastFactor() = default;
  ContrastFactor(double both) : lower(both), upper(both) {}  // NOLINT: as in Keras's documentation
  ContrastFactor(double l, double u) : lower(l), upper(u) {}
};
void read_field(const Json& json, ContrastFactor& value, const std::string& where);
Json write_field(const ContrastFactor& value);

struct RandomContrastOptions {
  ContrastFactor factor = {};
  Bounds value_range = {};
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("factor", factor);
    v("value_range", value_range);
  }
};

// While training, multiplies each picture's distances from its channels' means by a factor between 1 - lower and 1 +
// upper (Keras: image_preprocessing/random_contrast.py); else gives its input unchanged. A number stands for both, as
// Keras documents; what Keras 3 does with it, 0 and the number, is in the JSON that it writes. Backward needs the
// input.
class RandomContrast final : public LayerOf<RandomContrast, RandomContrastOptions> {
 public:
  static constexpr const char* kType = "RandomContrast";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
};

}  // namespace fovea
