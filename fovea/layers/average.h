// Mean of tensors.
#pragma once

#include "fovea/layers/merge.h"

namespace fovea {

// y = (x₀ + x₁ + …) / count, two or more inputs of one shape (Keras: merging/average.py).
class Average final : public LayerOf<Average, MergeOptions> {
 public:
  static constexpr const char* kType = "Average";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override { return merged_shape(kType, src, where()); }
  void plan(Planner& planner) const override;
};

}  // namespace fovea
