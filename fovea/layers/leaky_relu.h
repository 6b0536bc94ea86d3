// The rectifier that leaks.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct LeakyReLUOptions {
  float negative_slope = 0.3f;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("negative_slope", negative_slope);
    v.older_name("alpha", negative_slope);
  }
};

// x where x > 0, negative_slope · x else (Keras: activations/leaky_relu.py). Its derivative at 0 is the slope. Backward
// needs the input.
class LeakyReLU final : public LayerOf<LeakyReLU, LeakyReLUOptions> {
 public:
  static constexpr const char* kType = "LeakyReLU";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
};

}  // namespace fovea
