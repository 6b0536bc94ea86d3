#include "fovea/layers/add.h"

#include "fovea/kernels/eltwise.h"
#include "fovea/layers/merge.h"

namespace fovea {

Shape Add::infer(std::span<const Shape> src) const { return merged_shape(kType, src, where()); }

void Add::plan(Planner& planner) const {
  const MergeInputs inputs(planner);
  std::vector<Arg> args = inputs.args();
  args.push_back(out(planner.dst(inputs.layout())));
  planner.step("add", kernels::add(inputs.layout(), inputs.count()), std::move(args));
  planner.backward([=, &planner] {
    for (int i = 0; i < inputs.count(); ++i)
      if (planner.wants_diff_src(i)) inputs.diff_is(i, planner.diff_dst());
  });
}

}  // namespace fovea
