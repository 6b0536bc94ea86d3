#include "fovea/layers/merge.h"

namespace fovea {
namespace {

std::vector<Arg> inputs_in(Planner& planner, const Layout& layout) {
  std::vector<Arg> args;
  for (int i = 0; i < planner.inputs(); ++i) args.push_back(in(planner.src(i, layout)));
  return args;
}

}  // namespace

Shape merged_shape(const std::string& type, std::span<const Shape> src, const std::string& where) {
  if (src.size() < 2) throw usage_error(where, "{} takes two inputs or more (got {})", type, src.size());
  for (const Shape& shape : src)
    if (!(shape == src[0]))
      throw usage_error(where, "inputs must have one shape (got {} and {})", to_string(src[0]), to_string(shape));
  return src[0];
}

void plan_merge(Planner& planner, kernels::Merge merge, const std::string& name) {
  const Layout layout = planner.src(0).layout;
  std::vector<Arg> args = inputs_in(planner, layout);
  args.push_back(out(planner.dst(layout)));
  planner.step(name, kernels::merge(merge, layout, planner.inputs()), std::move(args));
}

void plan_selection(Planner& planner, kernels::Merge merge, const std::string& name) {
  plan_merge(planner, merge, name);
  planner.backward([=, &planner] {
    const Layout layout = planner.src(0).layout;
    for (int i = 0; i < planner.inputs(); ++i) {
      if (!planner.wants_diff_src(i)) continue;
      std::vector<Arg> args = inputs_in(planner, layout);
      args.push_back(in(planner.diff_dst(layout)));
      args.push_back(out(planner.diff_src(i, layout)));
      planner.step(name + " backward", kernels::merge_winner_backward(merge, layout, planner.inputs(), i), std::move(args));
    }
  });
}

}  // namespace fovea
