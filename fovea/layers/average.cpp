#include "fovea/layers/average.h"

#include "fovea/kernels/eltwise.h"

namespace fovea {

void Average::plan(Planner& planner) const {
  plan_merge(planner, kernels::Merge::average, "average");
  planner.backward([&planner] {
    const Value diff_dst = planner.diff_dst(), diff = planner.book(diff_dst.layout, "share");
    planner.step("average backward", kernels::affine(diff.layout, 1 / static_cast<float>(planner.inputs()), 0),
                 {in(diff_dst), out(diff)});
    for (int i = 0; i < planner.inputs(); ++i)
      if (planner.wants_diff_src(i)) planner.diff_src_is(i, diff);
  });
}

}  // namespace fovea
