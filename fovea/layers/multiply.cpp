#include "fovea/layers/multiply.h"

namespace fovea {

void Multiply::plan(Planner& planner) const {
  plan_merge(planner, kernels::Merge::multiply, "multiply");
  planner.backward([&planner] {
    const Layout layout = planner.src(0).layout;
    for (int i = 0; i < planner.inputs(); ++i) {
      if (!planner.wants_diff_src(i)) continue;
      // The gradient takes the place of the input whose own it becomes.
      std::vector<Arg> args;
      for (int j = 0; j < planner.inputs(); ++j) args.push_back(in(j == i ? planner.diff_dst(layout) : planner.src(j, layout)));
      args.push_back(out(planner.diff_src(i, layout)));
      planner.step("multiply backward", kernels::merge(kernels::Merge::multiply, layout, planner.inputs()), std::move(args));
    }
  });
}

}  // namespace fovea
