// The loops that normalise pictures; picture_norm.cpp makes kernels of them.
#pragma once

#include "fovea/kernels/loop_kernel.h"
#include "fovea/kernels/picture_norm.h"

namespace fovea::kernels {

// The channels of every cell belong together; a gamma a channel.
struct RowNormProblem {
  Layout src;
  float epsilon = 0;
  bool rms = false, relu = false;
};
Loop<RowNormProblem> row_norm_forward_loop();
Loop<RowNormProblem> row_norm_backward_loop();

// All cells of a group of channels belong together; a gamma a channel.
struct GroupNormProblem {
  Layout src;
  int64_t groups = 1;
  float epsilon = 0;
  bool relu = false;
};
Loop<GroupNormProblem> group_norm_forward_loop();
Loop<GroupNormProblem> group_norm_backward_loop();

}  // namespace fovea::kernels
