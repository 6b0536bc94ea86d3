#include "fovea/layers/average_pooling2d.h"

namespace fovea {

void AveragePooling2D::plan(Planner& planner) const {
  using namespace kernels;
  const Value src = planner.src();
  const PoolProblem pool = pool_problem(PoolAlgorithm::average, options_, src.layout, planner.dst_shape());
  const Value dst = planner.dst(pool.dst());
  planner.step("average pool", pool_forward(pool, planner.wants_gradients()), {in(src), out(dst), no_arg()});
  if (!planner.wants_gradients()) return;

  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step("average pool backward", pool_backward(pool),
                 {in(planner.diff_dst(dst.layout)), no_arg(), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace fovea
