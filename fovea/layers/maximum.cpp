#include "fovea/layers/maximum.h"

namespace fovea {

void Maximum::plan(Planner& planner) const { plan_selection(planner, kernels::Merge::maximum, "maximum"); }

}  // namespace fovea
