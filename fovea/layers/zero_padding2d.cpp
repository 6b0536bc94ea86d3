#include "fovea/layers/zero_padding2d.h"

#include "fovea/layers/crop.h"

namespace fovea {

Shape ZeroPadding2D::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 3);
  const Margins& m = options_.padding;
  return {shape[0] + m.top + m.bottom, shape[1] + m.left + m.right, shape[2]};
}

void ZeroPadding2D::plan(Planner& planner) const {
  plan_crop(planner, -options_.padding.top, -options_.padding.left);
}

}  // namespace fovea
