#include "fovea/layers/cropping2d.h"

#include "fovea/layers/crop.h"

namespace fovea {

Shape Cropping2D::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 3);
  const Margins& m = options_.cropping;
  const int64_t h = shape[0] - m.top - m.bottom, w = shape[1] - m.left - m.right;
  if (h < 1 || w < 1)
    throw usage_error(where(), "cropping leaves nothing of the picture {}x{} (got top {}, bottom {}, left {}, right {})",
                      shape[0], shape[1], m.top, m.bottom, m.left, m.right);
  return {h, w, shape[2]};
}

void Cropping2D::plan(Planner& planner) const {
  plan_crop(planner, options_.cropping.top, options_.cropping.left);
}

}  // namespace fovea
