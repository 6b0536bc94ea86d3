// The penalty for the size of weights, l1 · Σ|w| + l2 · Σw², and its derivative. Element by element, so any layout of
// weights serves: padding, being zero, adds nothing.
#pragma once

#include "fovea/kernels/kernel.h"

namespace fovea::kernels {

struct PenaltyProblem {
  int64_t elements = 0;
  float l1 = 0, l2 = 0;
};

// gradient += l1 · sign(w) + 2 · l2 · w, with sign(0) = 0; penalty = l1 · Σ|w| + l2 · Σw².
// Arguments: weights, gradient, penalty (one double, written), scratch.
KernelPtr add_penalty(const PenaltyProblem& problem);

}  // namespace fovea::kernels
