// Larger pictures.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct UpSampling2DOptions {
  Size2 size = {2, 2};
  Interpolation interpolation = Interpolation::nearest;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("size", size);
    v("interpolation", interpolation);
  }
};

// Makes pictures larger by whole factors, repeating cells or going straight from one to the next (Keras:
// reshaping/up_sampling2d.py).
//
//   (h, w, c) -> (h · size, w · size, c)
class UpSampling2D final : public LayerOf<UpSampling2D, UpSampling2DOptions> {
 public:
  static constexpr const char* kType = "UpSampling2D";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  Commutes commutes_with_affine() const override { return Commutes::always; }
};

}  // namespace fovea
