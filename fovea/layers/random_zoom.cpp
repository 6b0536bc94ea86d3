#include "fovea/layers/random_zoom.h"

#include "fovea/layers/activate.h"

namespace fovea {

Shape RandomZoom::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 3);
  check_factor(options_.height_factor, "height_factor", where());
  if (options_.width_factor) check_factor(*options_.width_factor, "width_factor", where());
  if (options_.height_factor.low == -1 || (options_.width_factor && options_.width_factor->low == -1))
    throw usage_error(where(), "factors must be above -1, which leaves nothing (got -1)");
  return shape;
}

void RandomZoom::plan(Planner& planner) const {
  if (!planner.training()) return plan_identity(planner);
  const Factor height = options_.height_factor, width = options_.width_factor.value_or(height);
  plan_random_map(planner, "zoom",
                  {.kind = options_.width_factor ? kernels::MapKind::zoom : kernels::MapKind::zoom_alike,
                   .low = {1 + height.low, 1 + width.low},
                   .high = {1 + height.high, 1 + width.high},
                   .fill = options_.fill_mode,
                   .value = options_.fill_value,
                   .interpolate = options_.interpolation == Interpolation::bilinear});
}

}  // namespace fovea
