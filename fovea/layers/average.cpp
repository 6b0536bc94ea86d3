#include "fovea/layers/average.h"

#include "fovea/kernels/eltwise.h"

namespace fovea {

void Average::plan(Planner& planner) const {
  const MergeInputs inputs = plan_merge(planner, kernels::Merge::average, "average");
  planner.backward([=, &planner] {
    const Value diff_dst = planner.diff_dst(), diff = planner.book(diff_dst.layout, "share");
    planner.step("average backward", kernels::affine(diff.layout, 1 / static_cast<float>(inputs.count()), 0),
                 {in(diff_dst), out(diff)});
    for (int i = 0; i < inputs.count(); ++i)
      if (planner.wants_diff_src(i)) inputs.diff_is(i, diff);
  });
}

}  // namespace fovea
