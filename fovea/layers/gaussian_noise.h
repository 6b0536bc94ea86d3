// Normal numbers added.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct GaussianNoiseOptions {
  float stddev = 1;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("stddev", stddev);
  }
};

// While training, adds numbers of mean 0 and deviation `stddev` (Keras: regularization/gaussian_noise.py); else gives its
// input unchanged. The gradient passes as it is.
class GaussianNoise final : public LayerOf<GaussianNoise, GaussianNoiseOptions> {
 public:
  static constexpr const char* kType = "GaussianNoise";
  using LayerOf::LayerOf;
  explicit GaussianNoise(float stddev) : GaussianNoise(GaussianNoiseOptions{.stddev = stddev}) {}

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
  Commutes commutes_with_affine() const override { return Commutes::always; }
};

}  // namespace fovea
