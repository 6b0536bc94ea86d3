// What layer and group normalisation share: their plan.
#pragma once

#include "fovea/kernels/picture_norm.h"
#include "fovea/layers/planner.h"

namespace fovea {

// `norm` without its src. `gamma` and `beta` are places among the parameters; -1: none. Backward needs the input.
void plan_picture_norm(Planner& planner, const kernels::PictureNormProblem& norm, int gamma, int beta);

}  // namespace fovea
