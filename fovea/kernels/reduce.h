// Sums the lanes' partial gradients, and the squares of the sum.
#pragma once

#include "fovea/kernels/kernel.h"

namespace fovea::kernels {

struct ReduceProblem {
  int64_t elements = 0;
  int64_t lanes = 1;
};

// first += second + …, in order of lane; squares = Σ first² (one double: not finite where a gradient is not).
// Arguments: the lanes' gradients (lanes pointers; the first is written), squares (or null), scratch.
KernelPtr reduce(const ReduceProblem& problem);

}  // namespace fovea::kernels
