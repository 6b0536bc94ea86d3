// Average pooling.
#pragma once

#include "fovea/layers/pooling.h"

namespace fovea {

using AveragePooling2DOptions = Pooling2DOptions;

// Slides a window over rows and columns and keeps each channel's mean over the window's real cells (Keras:
// base_pooling.py).
//
//   (h, w, c) -> (oh, ow, c)      "same" padding does not count in the divisor
class AveragePooling2D final : public LayerOf<AveragePooling2D, AveragePooling2DOptions> {
 public:
  static constexpr const char* kType = "AveragePooling2D";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override { return pooled(only(src, 3), options_, where()); }
  void plan(Planner& planner) const override;
  Commutes commutes_with_affine() const override { return Commutes::always; }
};

}  // namespace fovea
