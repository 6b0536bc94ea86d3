// The softmax layer.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct SoftmaxOptions {
  Axis axis = {-1};
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("axis", axis);
  }
};

// y = exp(x - max) / Σ exp(x - max) over the last axis (Keras: activations/softmax.py).
class Softmax final : public LayerOf<Softmax, SoftmaxOptions> {
 public:
  static constexpr const char* kType = "Softmax";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  std::optional<ActivationKind> is_activation() const override { return ActivationKind::softmax; }
};

}  // namespace fovea
