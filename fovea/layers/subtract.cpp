#include "fovea/layers/subtract.h"

#include "fovea/kernels/eltwise.h"

namespace fovea {

Shape Subtract::infer(std::span<const Shape> src) const {
  if (src.size() != 2) throw usage_error(where(), "Subtract takes two inputs (got {})", src.size());
  return merged_shape(kType, src, where());
}

void Subtract::plan(Planner& planner) const {
  const MergeInputs inputs = plan_merge(planner, kernels::Merge::subtract, "subtract");
  planner.backward([=, &planner] {
    if (planner.wants_diff_src(0)) inputs.diff_is(0, planner.diff_dst());
    if (!planner.wants_diff_src(1)) return;
    const Value diff = inputs.diff(1);
    planner.step("subtract backward", kernels::affine(diff.layout, -1, 0), {in(planner.diff_dst(diff.layout)), out(diff)});
    inputs.sum_diff(1, diff);
  });
}

}  // namespace fovea
