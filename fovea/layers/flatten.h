// Pictures as vectors.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct FlattenOptions {
  std::string name = {};
  template <class Visitor>
  void fields(Visitor&) {}
};

// (h, w, c) -> (h · w · c), row-major: index (row · w + column) · c + channel (Keras: reshaping/flatten.py).
class Flatten final : public LayerOf<Flatten, FlattenOptions> {
 public:
  static constexpr const char* kType = "Flatten";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override { return {only(src, 0).elements()}; }
  void plan(Planner& planner) const override;
  Commutes commutes_with_affine() const override { return Commutes::always; }
};

}  // namespace fovea
