// Floats that are known when a plan is made.
#pragma once

#include <vector>

#include "fovea/kernels/kernel.h"

namespace fovea::kernels {

// dst = values. Arguments: dst, scratch.
KernelPtr constant(std::vector<float> values);

}  // namespace fovea::kernels
