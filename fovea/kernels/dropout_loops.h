// What the loop of dropout works on.
#pragma once

#include <algorithm>

#include "fovea/kernels/eltwise.h"
#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {

struct DropoutProblem {
  Layout layout;
  uint32_t stream = 0;
  int32_t threshold = 0;  // dropped where the word's upper 24 bits are below
  float scale = 1;

  // Cells whose words are drawn at a time: about 8 KiB.
  int64_t run_cells() const { return std::max<int64_t>(1, 2048 / layout.c); }
  // Words of a run; those before it in its first counter and after it in the last vector of counters (64 lanes at
  // most, four words each); and what vectors of the last block's padding read.
  size_t scratch_bytes() const {
    return static_cast<size_t>(run_cells() * layout.c + 4 + 4 * 64 + layout.block) * sizeof(uint32_t);
  }
};

}  // namespace fovea::kernels
