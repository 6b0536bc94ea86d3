// Difference of tensors.
#pragma once

#include "fovea/layers/merge.h"

namespace fovea {

// y = x₀ - x₁, inputs of one shape (Keras: merging/subtract.py).
class Subtract final : public LayerOf<Subtract, MergeOptions> {
 public:
  static constexpr const char* kType = "Subtract";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
};

}  // namespace fovea
