#include "fovea/layers/spatial_dropout2d.h"

#include "fovea/kernels/noise.h"
#include "fovea/layers/activate.h"
#include "fovea/layers/noise.h"

namespace fovea {

Shape SpatialDropout2D::infer(std::span<const Shape> src) const {
  if (!(options_.rate >= 0 && options_.rate <= 1))
    throw usage_error(where(), "rate must lie between 0 and 1 (got {})", options_.rate);
  return only(src, 3);
}

void SpatialDropout2D::plan(Planner& planner) const {
  if (!planner.training() || options_.rate == 0) return plan_identity(planner);
  const Layout layout = planner.src().layout;
  plan_redrawn(planner, "channel dropout", kernels::shared_dropout(layout, options_.rate, planner.stream()), layout);
}

}  // namespace fovea
