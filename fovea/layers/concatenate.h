// Tensors side by side.
#pragma once

#include "fovea/kernels/concat.h"
#include "fovea/layers/layer.h"

namespace fovea {

struct ConcatenateOptions {
  Axis axis = {-1};  // Keras counts the batch as axis 0
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("axis", axis);
  }
};

// Joins two inputs or more along one axis; all other sizes must be equal (Keras: merging/concatenate.py).
class Concatenate final : public LayerOf<Concatenate, ConcatenateOptions> {
 public:
  static constexpr const char* kType = "Concatenate";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;

 private:
  int axis_of(const Shape& shape) const;  // place in the shape of one picture
};

}  // namespace fovea
