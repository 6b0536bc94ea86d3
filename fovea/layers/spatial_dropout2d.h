// Dropout of whole channels.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct SpatialDropout2DOptions {
  float rate = 0.5f;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("rate", rate);
  }
};

// While training, drops a channel of a picture with probability `rate` and multiplies the others by 1 / (1 - rate) (Tompson
// et al. 2015; Keras: regularization/spatial_dropout.py); else gives its input unchanged. A frozen layer drops all the same.
class SpatialDropout2D final : public LayerOf<SpatialDropout2D, SpatialDropout2DOptions> {
 public:
  static constexpr const char* kType = "SpatialDropout2D";
  using LayerOf::LayerOf;
  explicit SpatialDropout2D(float rate) : SpatialDropout2D(SpatialDropout2DOptions{.rate = rate}) {}

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
  Commutes commutes_with_affine() const override { return Commutes::always; }
};

}  // namespace fovea
