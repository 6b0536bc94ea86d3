#include "fovea/layers/random_brightness.h"

#include "fovea/layers/activate.h"

namespace fovea {

Shape RandomBrightness::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 3);
  check_factor(options_.factor, "factor", where());
  return shape;
}

void RandomBrightness::plan(Planner& planner) const {
  if (!planner.training()) return plan_identity(planner);
  const auto [low, high] = options_.value_range;
  const double width = static_cast<double>(high) - low;
  plan_random_colour(
      planner, "brightness",
      {.low = options_.factor.low * width, .high = options_.factor.high * width, .range_low = low, .range_high = high},
      kernels::random_brightness_forward, kernels::random_brightness_backward);
}

}  // namespace fovea
