// Pictures without their edges.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct Cropping2DOptions {
  Margins cropping = {};
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("cropping", cropping);
  }
};

// Takes rows and columns away at the edges (Keras: reshaping/cropping2d.py).
//
//   (h, w, c) -> (h - top - bottom, w - left - right, c)
class Cropping2D final : public LayerOf<Cropping2D, Cropping2DOptions> {
 public:
  static constexpr const char* kType = "Cropping2D";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  Commutes commutes_with_affine() const override { return Commutes::always; }
};

}  // namespace fovea
