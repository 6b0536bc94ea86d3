// Another shape of the same numbers.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct ReshapeOptions {
  std::vector<int64_t> target_shape = {};  // without the batch; one size may be -1, what is left over
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("target_shape", target_shape);
  }
};

// The same numbers in row-major order under other sizes (Keras: reshaping/reshape.py).
class Reshape final : public LayerOf<Reshape, ReshapeOptions> {
 public:
  static constexpr const char* kType = "Reshape";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
};

}  // namespace fovea
