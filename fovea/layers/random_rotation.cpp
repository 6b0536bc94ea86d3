#include "fovea/layers/random_rotation.h"

#include "fovea/layers/activate.h"

namespace fovea {

Shape RandomRotation::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 3);
  check_factor(options_.factor, "factor", where());
  return shape;
}

void RandomRotation::plan(Planner& planner) const {
  if (!planner.training()) return plan_identity(planner);
  plan_random_map(planner, "rotate",
                  {.kind = kernels::MapKind::turn,
                   .low = {options_.factor.low, 0},
                   .high = {options_.factor.high, 0},
                   .fill = options_.fill_mode,
                   .value = options_.fill_value,
                   .interpolate = options_.interpolation == Interpolation::bilinear});
}

}  // namespace fovea
