#include "fovea/layers/relu.h"

#include "fovea/layers/activate.h"

namespace fovea {

Shape ReLU::infer(std::span<const Shape> src) const {
  if (options_.max_value && !(*options_.max_value >= 0))
    throw usage_error(where(), "max_value must not be negative (got {})", *options_.max_value);
  if (!(options_.negative_slope >= 0))
    throw usage_error(where(), "negative_slope must not be negative (got {})", options_.negative_slope);
  if (!(options_.threshold >= 0)) throw usage_error(where(), "threshold must not be negative (got {})", options_.threshold);
  return only(src, 0);
}

void ReLU::plan(Planner& planner) const {
  if (plain()) return plan_activation(planner, ActivationKind::relu);
  plan_relu(planner,
            {.max_value = options_.max_value.value_or(0),
             .has_max = options_.max_value.has_value(),
             .negative_slope = options_.negative_slope,
             .threshold = options_.threshold},
            "relu");
}

}  // namespace fovea
