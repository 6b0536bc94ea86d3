#include "fovea/layers/gaussian_noise.h"

#include <cmath>

#include "fovea/kernels/noise.h"
#include "fovea/layers/activate.h"

namespace fovea {

Shape GaussianNoise::infer(std::span<const Shape> src) const {
  if (!(options_.stddev >= 0) || !std::isfinite(options_.stddev))
    throw usage_error(where(), "stddev must be a number that is not negative (got {})", options_.stddev);
  return only(src, 0);
}

void GaussianNoise::plan(Planner& planner) const {
  if (!planner.training() || options_.stddev == 0) return plan_identity(planner);
  const Value src = planner.src();
  planner.step("noise", kernels::normal_noise(src.layout, options_.stddev, planner.stream()),
               {in(src), out(planner.dst(src.layout))});
  planner.backward([&planner] {
    if (planner.wants_diff_src()) planner.diff_src_is(0, planner.diff_dst());
  });
}

}  // namespace fovea
