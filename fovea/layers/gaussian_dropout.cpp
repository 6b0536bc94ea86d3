#include "fovea/layers/gaussian_dropout.h"

#include <cmath>

#include "fovea/kernels/noise.h"
#include "fovea/layers/activate.h"
#include "fovea/layers/noise.h"

namespace fovea {

Shape GaussianDropout::infer(std::span<const Shape> src) const {
  if (!(options_.rate >= 0 && options_.rate < 1))
    throw usage_error(where(), "rate must be at least 0 and less than 1 (got {})", options_.rate);
  return only(src, 0);
}

void GaussianDropout::plan(Planner& planner) const {
  if (!planner.training() || options_.rate == 0) return plan_identity(planner);
  const Layout layout = planner.src().layout;
  const float deviation = std::sqrt(options_.rate / (1 - options_.rate));
  plan_redrawn(planner, "gaussian dropout", kernels::normal_factors(layout, deviation, planner.stream()), layout);
}

}  // namespace fovea
