#include "fovea/layers/add.h"

#include "fovea/kernels/eltwise.h"

namespace fovea {

Shape Add::infer(std::span<const Shape> src) const {
  if (src.size() < 2) throw usage_error(where(), "Add takes two inputs or more (got {})", src.size());
  for (const Shape& shape : src)
    if (!(shape == src[0]))
      throw usage_error(where(), "inputs must have one shape (got {} and {})", to_string(src[0]), to_string(shape));
  return src[0];
}

void Add::plan(Planner& planner) const {
  const Layout layout = planner.src(0).layout;
  std::vector<Arg> args;
  for (int i = 0; i < planner.inputs(); ++i) args.push_back(in(planner.src(i, layout)));
  args.push_back(out(planner.dst(layout)));
  planner.step("add", kernels::add(layout, planner.inputs()), std::move(args));
  planner.backward([&planner] {
    for (int i = 0; i < planner.inputs(); ++i)
      if (planner.wants_diff_src(i)) planner.diff_src_is(i, planner.diff_dst());
  });
}

}  // namespace fovea
