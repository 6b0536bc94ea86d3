#include "fovea/layers/rescaling.h"

#include "fovea/kernels/broadcast.h"
#include "fovea/kernels/constant.h"
#include "fovea/kernels/eltwise.h"
#include "fovea/kernels/merge.h"

namespace fovea {
namespace {

// A number for every number of a picture.
Value stretched(Planner& planner, const ChannelNumbers& numbers, const Layout& layout, const std::string& name) {
  std::vector<float> values;
  for (int64_t n = 0; n < layout.n; ++n)
    for (int64_t c = 0; c < layout.c; ++c) values.push_back(numbers.values[numbers.one() ? 0 : static_cast<size_t>(c)]);
  const Layout own = Layout::plain(layout.n, 1, 1, layout.c);
  const Value channels = planner.book(own, name), all = planner.book(layout, name);
  planner.step(name, kernels::constant(std::move(values)), {out(channels)});
  planner.step("stretch", kernels::broadcast(own, layout), {in(channels), out(all)});
  return all;
}

}  // namespace

Shape Rescaling::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 0);
  for (const ChannelNumbers* numbers : {&options_.scale, &options_.offset})
    if (!numbers->one() && (shape.rank() < 1 || static_cast<int64_t>(numbers->values.size()) != shape.back()))
      throw usage_error(where(), "scale and offset must be numbers or have one for each channel (got {} for {})", numbers->values.size(),
                        to_string(shape));
  return shape;
}

void Rescaling::plan(Planner& planner) const {
  if (!options_.scale.one() || !options_.offset.one()) return plan_by_channel(planner);
  const float scale = options_.scale.values[0], offset = options_.offset.values[0];
  const Value src = planner.src(), dst = planner.dst(src.layout);
  planner.step("rescale", kernels::affine(src.layout, scale, offset), {in(src), out(dst)});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    const Value diff_dst = planner.diff_dst(src.layout);
    planner.step("rescale backward", kernels::affine(src.layout, scale, 0), {in(diff_dst), out(planner.diff_src(0, src.layout))});
  });
}

void Rescaling::plan_by_channel(Planner& planner) const {
  const Value src = planner.src();
  const Layout layout = src.layout;
  const Value dst = planner.dst(layout), scaled = planner.book(layout, "scaled");
  const Value scale = stretched(planner, options_.scale, layout, "scale");
  planner.step("rescale", kernels::merge(kernels::Merge::multiply, layout, 2), {in(src), in(scale), out(scaled)});
  planner.step("offset", kernels::add(layout, 2), {in(scaled), in(stretched(planner, options_.offset, layout, "offset")), out(dst)});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step("rescale backward", kernels::merge(kernels::Merge::multiply, layout, 2),
                 {in(planner.diff_dst(layout)), in(scale), out(planner.diff_src(0, layout))});
  });
}

}  // namespace fovea
