#include "fovea/layers/leaky_relu.h"

#include <cmath>

#include "fovea/layers/activate.h"

namespace fovea {

Shape LeakyReLU::infer(std::span<const Shape> src) const {
  if (!std::isfinite(options_.negative_slope))
    throw usage_error(where(), "negative_slope must be a number (got {})", options_.negative_slope);
  return only(src, 0);
}

void LeakyReLU::plan(Planner& planner) const {
  plan_relu(planner, {.negative_slope = options_.negative_slope}, "leaky relu");
}

}  // namespace fovea
