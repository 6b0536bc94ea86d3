// What layers share that draw random factors for their input while training.
#pragma once

#include "fovea/layers/planner.h"

namespace fovea {

// One kernel that maps input to output and, drawing the same numbers again, the output's gradient to the input's.
void plan_redrawn(Planner& planner, const std::string& name, kernels::KernelPtr kernel, const Layout& layout);

}  // namespace fovea
