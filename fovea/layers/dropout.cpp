#include "fovea/layers/dropout.h"

#include "fovea/kernels/eltwise.h"

namespace fovea {

Shape Dropout::infer(std::span<const Shape> src) const {
  if (!(options_.rate >= 0 && options_.rate <= 1))
    throw usage_error(where(), "rate must lie between 0 and 1 (got {})", options_.rate);
  return only(src, 0);
}

void Dropout::plan(Planner& planner) const {
  const Value src = planner.src();
  if (!planner.training() || options_.rate == 0) {
    planner.dst_is(src);
    planner.backward([&planner] {
      if (planner.wants_diff_src()) planner.diff_src_is(0, planner.diff_dst());
    });
    return;
  }
  const Value dst = planner.dst(src.layout);
  const auto kernel = kernels::dropout(src.layout, options_.rate, planner.stream());
  planner.step("dropout", kernel, {in(src), out(dst)});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    const Value diff_dst = planner.diff_dst(src.layout);
    planner.step("dropout backward", kernel, {in(diff_dst), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace fovea
