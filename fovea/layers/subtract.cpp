#include "fovea/layers/subtract.h"

#include "fovea/kernels/eltwise.h"

namespace fovea {

Shape Subtract::infer(std::span<const Shape> src) const {
  if (src.size() != 2) throw usage_error(where(), "Subtract takes two inputs (got {})", src.size());
  return merged_shape(kType, src, where());
}

void Subtract::plan(Planner& planner) const {
  plan_merge(planner, kernels::Merge::subtract, "subtract");
  planner.backward([&planner] {
    if (planner.wants_diff_src(0)) planner.diff_src_is(0, planner.diff_dst());
    if (!planner.wants_diff_src(1)) return;
    const Value diff_dst = planner.diff_dst();
    planner.step("subtract backward", kernels::affine(diff_dst.layout, -1, 0),
                 {in(diff_dst), out(planner.diff_src(1, diff_dst.layout))});
  });
}

}  // namespace fovea
