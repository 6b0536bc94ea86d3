// Sum of tensors.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct AddOptions {
  std::string name = {};
  template <class Visitor>
  void fields(Visitor&) {}
};

// y = x₀ + x₁ + …, two or more inputs of one shape (Keras: merging/add.py). Every input's gradient is the output's.
class Add final : public LayerOf<Add, AddOptions> {
 public:
  static constexpr const char* kType = "Add";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
};

}  // namespace fovea
