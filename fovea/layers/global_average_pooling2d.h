// The mean of each map.
#pragma once

#include "fovea/layers/global_pooling.h"

namespace fovea {

using GlobalAveragePooling2DOptions = GlobalPooling2DOptions;

// (h, w, c) -> (c), or (1, 1, c) with keepdims (Keras: global_average_pooling2d.py).
class GlobalAveragePooling2D final : public LayerOf<GlobalAveragePooling2D, GlobalAveragePooling2DOptions> {
 public:
  static constexpr const char* kType = "GlobalAveragePooling2D";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override { return globally_pooled(only(src, 3), options_); }
  void plan(Planner& planner) const override;
  Commutes commutes_with_affine() const override { return Commutes::always; }
};

}  // namespace fovea
