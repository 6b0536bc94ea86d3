#include "fovea/layers/random_translation.h"

#include "fovea/layers/activate.h"

namespace fovea {

Shape RandomTranslation::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 3);
  check_factor(options_.height_factor, "height_factor", where());
  check_factor(options_.width_factor, "width_factor", where());
  return shape;
}

void RandomTranslation::plan(Planner& planner) const {
  if (!planner.training()) return plan_identity(planner);
  const Factor &height = options_.height_factor, &width = options_.width_factor;
  plan_random_map(planner, "translate",
                  {.kind = kernels::MapKind::move,
                   .low = {height.low, width.low},
                   .high = {height.high, width.high},
                   .fill = options_.fill_mode,
                   .value = options_.fill_value,
                   .interpolate = options_.interpolation == Interpolation::bilinear});
}

}  // namespace fovea
