#include "fovea/layers/max_pooling2d.h"

#include "fovea/kernels/eltwise.h"

namespace fovea {

Shape MaxPooling2D::infer(std::span<const Shape> src) const {
  constexpr int64_t kMostCells = 1 << 16;  // what a winner's number holds (kernels/pool_loops.h)
  if (options_.pool_size.h * options_.pool_size.w > kMostCells)
    throw usage_error(where(), "pool_size {} has too many cells (expected at most {})", to_string(options_.pool_size), kMostCells);
  return pooled(only(src, 3), options_, where());
}

void MaxPooling2D::plan(Planner& planner) const {
  using namespace kernels;
  const Value src = planner.src();
  const PoolProblem pool = pool_problem(PoolAlgorithm::max, options_, src.layout, planner.dst_shape());
  const Value dst = planner.dst(pool.dst());
  const bool backward = planner.wants_gradients();
  const Value winners = backward ? planner.book(pool_winners_bytes(pool), "winners") : Value{};
  planner.step("max pool", pool_forward(pool, backward), {in(src), out(dst), out(winners)});
  if (!backward) return;

  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    Value diff_dst = planner.diff_dst(dst.layout);
    if (planner.src_is_relu_of_one()) {
      // A window's largest value is the rectified one that won: its sign tells the derivative, on a quarter of the cells.
      const Value masked = planner.may_overwrite(diff_dst) ? diff_dst : planner.book(dst.layout, "diff");
      planner.step("relu backward", activation_backward(Activation::relu, dst.layout), {in(dst), in(diff_dst), out(masked)});
      planner.mark_relu_done();
      diff_dst = masked;
    }
    planner.step("max pool backward", pool_backward(pool),
                 {in(diff_dst), in(winners), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace fovea
