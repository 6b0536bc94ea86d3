// Zeros around pictures.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct ZeroPadding2DOptions {
  Margins padding = 1;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("padding", padding);
  }
};

// Adds rows and columns of zeros around pictures (Keras: reshaping/zero_padding2d.py).
//
//   (h, w, c) -> (h + top + bottom, w + left + right, c)
class ZeroPadding2D final : public LayerOf<ZeroPadding2D, ZeroPadding2DOptions> {
 public:
  static constexpr const char* kType = "ZeroPadding2D";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  std::optional<Margins> zero_padding() const override { return options_.padding; }
};

}  // namespace fovea
