// Factors around 1.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct GaussianDropoutOptions {
  float rate = 0.5f;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("rate", rate);
  }
};

// While training, multiplies by numbers of mean 1 and deviation √(rate / (1 - rate)) (Srivastava et al. 2014; Keras:
// regularization/gaussian_dropout.py); else gives its input unchanged.
class GaussianDropout final : public LayerOf<GaussianDropout, GaussianDropoutOptions> {
 public:
  static constexpr const char* kType = "GaussianDropout";
  using LayerOf::LayerOf;
  explicit GaussianDropout(float rate) : GaussianDropout(GaussianDropoutOptions{.rate = rate}) {}

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
  Commutes commutes_with_affine() const override { return Commutes::always; }
};

}  // namespace fovea
