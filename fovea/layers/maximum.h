// The largest of several tensors, element by element.
#pragma once

#include "fovea/layers/merge.h"

namespace fovea {

// y = max(x₀, x₁, …), two or more inputs of one shape (Keras: merging/maximum.py). The gradient goes to the input that won, of
// equal ones to the first. Backward needs the inputs.
class Maximum final : public LayerOf<Maximum, MergeOptions> {
 public:
  static constexpr const char* kType = "Maximum";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override { return merged_shape(kType, src, where()); }
  void plan(Planner& planner) const override;
};

}  // namespace fovea
