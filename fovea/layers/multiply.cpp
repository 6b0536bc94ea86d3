#include "fovea/layers/multiply.h"

namespace fovea {

void Multiply::plan(Planner& planner) const {
  const MergeInputs inputs = plan_merge(planner, kernels::Merge::multiply, "multiply");
  planner.backward([=, &planner] {
    for (int i = 0; i < inputs.count(); ++i) {
      if (!planner.wants_diff_src(i)) continue;
      // The gradient takes the place of the input whose own it becomes.
      const Value diff = inputs.diff(i);
      std::vector<Arg> args = inputs.args();
      args[static_cast<size_t>(i)] = in(planner.diff_dst(inputs.layout()));
      args.push_back(out(diff));
      planner.step("multiply backward", kernels::merge(kernels::Merge::multiply, inputs.layout(), inputs.count()), std::move(args));
      inputs.sum_diff(i, diff);
    }
  });
}

}  // namespace fovea
