// Axes in another order.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct PermuteOptions {
  std::vector<int64_t> dims = {};  // Keras counts the batch as axis 0
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("dims", dims);
  }
};

// Axis i of the output is axis dims[i - 1] of the input (Keras: reshaping/permute.py).
class Permute final : public LayerOf<Permute, PermuteOptions> {
 public:
  static constexpr const char* kType = "Permute";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  Commutes commutes_with_affine() const override;

 private:
  std::vector<int> order() const;  // axes of one picture, from 0
};

}  // namespace fovea
