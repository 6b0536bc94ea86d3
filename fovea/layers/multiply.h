// Product of tensors.
#pragma once

#include "fovea/layers/merge.h"

namespace fovea {

// y = x₀ · x₁ · …, two or more inputs of one shape (Keras: merging/multiply.py). Backward needs the inputs.
class Multiply final : public LayerOf<Multiply, MergeOptions> {
 public:
  static constexpr const char* kType = "Multiply";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override { return merged_shape(kType, src, where()); }
  void plan(Planner& planner) const override;
};

}  // namespace fovea
