// An activation as a layer of its own.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct ActivationOptions {
  ActivationKind activation = ActivationKind::linear;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("activation", activation);
  }
};

// y = activation(x), on each element, softmax over the last axis (Keras: activations/activations.py). Backward needs the
// output, or, where the derivative is not told from that, the input.
class Activation final : public LayerOf<Activation, ActivationOptions> {
 public:
  static constexpr const char* kType = "Activation";
  using LayerOf::LayerOf;
  explicit Activation(ActivationKind kind) : Activation(ActivationOptions{.activation = kind}) {}

  Shape infer(std::span<const Shape> src) const override { return only(src, 0); }
  void plan(Planner& planner) const override;
  std::optional<ActivationKind> is_activation() const override { return options_.activation; }
};

}  // namespace fovea
