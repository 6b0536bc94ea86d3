// Weights brought back to where a constraint wants them (Keras: constraints/constraints.py).
#pragma once

#include <vector>

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/shape.h"

namespace fovea::kernels {

// w ← max(w, 0), in any layout. Arguments: weights, scratch.
KernelPtr not_negative(int64_t elements);

struct NormRangeProblem {
  Shape shape;
  std::vector<int64_t> axes;      // of the shape: those that a norm sums over
  float least = 0, most = 2;      // of a norm
  float rate = 1;                 // how much of the way to the range a norm goes
};

// w ← w · (rate · clip(norm, least, most) + (1 - rate) · norm) / (1e-7 + norm), a norm for every index of the other
// axes. Arguments: weights (Keras's order), scratch.
KernelPtr norms_in_range(const NormRangeProblem& problem);

}  // namespace fovea::kernels
