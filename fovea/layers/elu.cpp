#include "fovea/layers/elu.h"

#include "fovea/layers/activate.h"

namespace fovea {

Shape ELU::infer(std::span<const Shape> src) const {
  // The derivative is told from the output, whose sign is x's only where alpha is not negative.
  if (!(options_.alpha >= 0)) throw usage_error(where(), "alpha must not be negative (got {})", options_.alpha);
  return only(src, 0);
}

void ELU::plan(Planner& planner) const { plan_eltwise(planner, kernels::Activation::elu, "elu", options_.alpha); }

}  // namespace fovea
