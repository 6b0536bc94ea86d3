#include "fovea/kernels/pool.h"

#include "fovea/kernels/pool_loops.h"
#include "fovea/kernels/pool_window.h"

namespace fovea::kernels {

KernelPtr pool_forward(const PoolProblem& problem, bool training) {
  check_windows(problem);
  const bool max = problem.algorithm == PoolAlgorithm::max;
  return make_loop_kernel(problem, max ? max_pool_forward_loop(problem, training) : average_pool_forward_loop(problem),
                          4);
}

KernelPtr pool_backward(const PoolProblem& problem) {
  check_windows(problem);
  const bool max = problem.algorithm == PoolAlgorithm::max;
  return make_loop_kernel(problem, max ? max_pool_backward_loop(problem) : average_pool_backward_loop(problem), 4);
}

size_t pool_winners_bytes(const PoolProblem& problem) {
  if (problem.algorithm != PoolAlgorithm::max) return 0;
  return static_cast<size_t>(problem.dst().elements()) * (wide_winners(problem) ? 2 : 1);
}

}  // namespace fovea::kernels
