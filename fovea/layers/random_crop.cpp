#include "fovea/layers/random_crop.h"

#include <algorithm>

namespace fovea {

Shape RandomCrop::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 3);
  const int64_t h = options_.height, w = options_.width;
  if (h < 1 || w < 1 || h > 1 << 16 || w > 1 << 16)
    throw usage_error(where(), "height and width cannot be (got {}x{}, expected sizes from 1 to 65536)", h, w);
  return {h, w, shape[2]};
}

void RandomCrop::plan(Planner& planner) const {
  const Shape& src = planner.src_shape();
  const int64_t height = options_.height, width = options_.width;
  if (planner.training() && src[0] > height && src[1] > width)
    return plan_random_map(planner, "random crop", {.kind = kernels::MapKind::cut});
  // In Keras's arithmetic: as much of each axis as the other gives it.
  const int64_t h = std::clamp<int64_t>(src[1] * height / width, 1, src[0]),
                w = std::clamp<int64_t>(src[0] * width / height, 1, src[1]);
  plan_random_map(
      planner, "middle",
      {.kind = kernels::MapKind::resize, .top = (src[0] - h) / 2, .left = (src[1] - w) / 2, .h = h, .w = w});
}

}  // namespace fovea
