// Dropout.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct DropoutOptions {
  float rate = 0.5f;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("rate", rate);
  }
};

// While training, drops an element with probability `rate` and multiplies the others by 1 / (1 - rate) (Srivastava et al.
// 2014; Keras: regularization/dropout.py); else gives its input unchanged. A frozen layer drops all the same.
class Dropout final : public LayerOf<Dropout, DropoutOptions> {
 public:
  static constexpr const char* kType = "Dropout";
  using LayerOf::LayerOf;
  explicit Dropout(float rate) : Dropout(DropoutOptions{.rate = rate}) {}

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
  Commutes commutes_with_affine() const override { return Commutes::always; }
};

}  // namespace fovea
