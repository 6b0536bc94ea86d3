// Maximum pooling.
#pragma once

#include "fovea/layers/pooling.h"

namespace fovea {

using MaxPooling2DOptions = Pooling2DOptions;

// Slides a window over rows and columns and keeps each channel's largest value (Keras: base_pooling.py).
//
//   (h, w, c) -> (oh, ow, c)      "same" padding never wins
//
// Backward sends each gradient to the one cell that won, the first of a tie in scan order.
class MaxPooling2D final : public LayerOf<MaxPooling2D, MaxPooling2DOptions> {
 public:
  static constexpr const char* kType = "MaxPooling2D";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  Commutes commutes_with_affine() const override { return Commutes::if_scale_not_negative; }
};

}  // namespace fovea
