#include "fovea/layers/minimum.h"

namespace fovea {

void Minimum::plan(Planner& planner) const { plan_selection(planner, kernels::Merge::minimum, "minimum"); }

}  // namespace fovea
