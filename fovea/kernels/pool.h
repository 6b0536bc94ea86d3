// Pooling: windows slid over rows and columns, and the mean or maximum of whole maps.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

enum class PoolAlgorithm { max, average };  // average divides by the number of real cells, pads excluded

struct PoolProblem {
  PoolAlgorithm algorithm = PoolAlgorithm::max;
  Layout src;  // dst has the same n, c, block
  int64_t oh = 1, ow = 1;
  int64_t kh = 2, kw = 2, sh = 2, sw = 2;
  int64_t pt = 0, pl = 0;  // padding at the top and left; what is missing at the bottom and right follows from oh, ow

  Layout dst() const { return Layout::blocked(src.n, oh, ow, src.c, src.block); }
};

// Arguments: src, dst, winners (max in training: one byte or more an output element, pool_winners_bytes(); else null),
// scratch. A tie goes to the first cell in scan order; a NaN in the window is its maximum.
KernelPtr pool_forward(const PoolProblem& problem, bool training);
size_t pool_winners_bytes(const PoolProblem& problem);

// Arguments: diff_dst, winners (null for average), diff_src (written wholly), scratch.
KernelPtr pool_backward(const PoolProblem& problem);

// Mean over each map: src (n, h, w, c) -> dst (n, 1, 1, c) plain. Arguments: src, dst, scratch.
KernelPtr global_average_forward(const Layout& src);
// Arguments: diff_dst, diff_src, scratch.
KernelPtr global_average_backward(const Layout& src);

// Maximum of each map. Backward splits the gradient evenly among the cells that tie (as TensorFlow's reduce_max).
// Arguments: src, dst, scratch.
KernelPtr global_max_forward(const Layout& src);
// Arguments: diff_dst, src, dst, diff_src, scratch.
KernelPtr global_max_backward(const Layout& src);

}  // namespace fovea::kernels
