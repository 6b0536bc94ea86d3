// Which loops normalise a tile; norm.cpp makes kernels of them.
#pragma once

#include "fovea/kernels/loop_kernel.h"
#include "fovea/kernels/norm.h"

namespace fovea::kernels {

struct NormForwardProblem {
  Layout src;
  bool relu = false;
  float limit = 0;  // of relu
};

struct NormBackwardProblem {
  Layout src;
  double count = 1;
  bool fixed_statistics = false;
};

Loop<Layout> norm_moments_loop();
Loop<NormForwardProblem> norm_forward_loop();
Loop<Layout> norm_sums_loop();
Loop<NormBackwardProblem> norm_backward_loop();

}  // namespace fovea::kernels
