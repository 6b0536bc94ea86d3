// Maps made larger by whole factors.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// dst has src's rows times sh and columns times sw. Nearest repeats cells. Bilinear takes cells as squares with their values
// in the middle, and what lies beyond the outermost middles as these (Keras: half-pixel centres).
struct UpsampleProblem {
  Layout src;
  int64_t sh = 1, sw = 1;
  bool bilinear = false;

  Layout dst() const { return {src.n, src.h * sh, src.w * sw, src.c, src.block, src.dtype}; }
};

// Arguments: src, dst, scratch.
KernelPtr upsample_forward(const UpsampleProblem& problem);
// Arguments: diff_dst, diff_src, scratch.
KernelPtr upsample_backward(const UpsampleProblem& problem);

}  // namespace fovea::kernels
