// The maximum of each map.
#pragma once

#include "fovea/layers/global_pooling.h"

namespace fovea {

using GlobalMaxPooling2DOptions = GlobalPooling2DOptions;

// (h, w, c) -> (c), or (1, 1, c) with keepdims (Keras: global_max_pooling2d.py). Backward splits a gradient evenly among
// the cells that tie.
class GlobalMaxPooling2D final : public LayerOf<GlobalMaxPooling2D, GlobalMaxPooling2DOptions> {
 public:
  static constexpr const char* kType = "GlobalMaxPooling2D";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override { return globally_pooled(only(src, 3), options_); }
  void plan(Planner& planner) const override;
  Commutes commutes_with_affine() const override { return Commutes::if_scale_not_negative; }
};

}  // namespace fovea
