// Pictures turned at random.
#pragma once

#include "fovea/layers/random_layer.h"

namespace fovea {

struct RandomRotationOptions {
  Factor factor = {};  // shares of a whole turn
  kernels::FillMode fill_mode = kernels::FillMode::reflect;
  Interpolation interpolation = Interpolation::bilinear;
  float fill_value = 0;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("factor", factor);
    v("fill_mode", fill_mode);
    v("interpolation", interpolation);
    v("fill_value", fill_value);
  }
};

// While training, turns each picture about its middle by an angle between factor · 2π's bounds, counterclockwise
// (Keras: image_preprocessing/random_rotation.py); else gives its input unchanged.
class RandomRotation final : public LayerOf<RandomRotation, RandomRotationOptions> {
 public:
  static constexpr const char* kType = "RandomRotation";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
};

}  // namespace fovea
