// What the loops of merging work on.
#pragma once

#include "fovea/kernels/loop_kernel.h"
#include "fovea/kernels/merge.h"

namespace fovea::kernels {

struct MergeProblem {
  Merge merge = Merge::multiply;
  int64_t elements = 0;
  size_t count = 0;
  size_t index = 0;  // backward: whose gradient
};

}  // namespace fovea::kernels
