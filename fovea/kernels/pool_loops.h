// Which loops serve a max pooling; pool.cpp makes kernels of them.
#pragma once

#include "fovea/kernels/loop_kernel.h"
#include "fovea/kernels/pool.h"

namespace fovea::kernels {

// A winner is its cell's number in the window, ky · kw + kx with padding counted: one byte while it fits.
inline bool wide_winners(const PoolProblem& problem) { return problem.kh * problem.kw > 256; }

enum class GlobalPool { average_forward, average_backward, max_forward, max_backward };

Loop<PoolProblem> max_pool_forward_loop(const PoolProblem& problem, bool training);
Loop<PoolProblem> max_pool_backward_loop(const PoolProblem& problem);
Loop<PoolProblem> average_pool_forward_loop(const PoolProblem& problem);
Loop<PoolProblem> average_pool_backward_loop(const PoolProblem& problem);

}  // namespace fovea::kernels
