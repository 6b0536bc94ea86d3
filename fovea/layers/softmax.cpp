#include "fovea/layers/softmax.h"

#include "fovea/layers/activate.h"

namespace fovea {

Shape Softmax::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 0);
  if (options_.axis.value != -1 && options_.axis.value != shape.rank())
    throw usage_error(where(), "axis must be the last one (got {}, expected -1 or {})", options_.axis.value, shape.rank());
  return shape;
}

void Softmax::plan(Planner& planner) const { plan_activation(planner, ActivationKind::softmax); }

}  // namespace fovea
