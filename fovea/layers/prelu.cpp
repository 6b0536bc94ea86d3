#include "fovea/layers/prelu.h"

#include "fovea/kernels/prelu.h"

namespace fovea {

Shape PReLU::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 0);
  if (shape.rank() < 1 || shape.rank() > 3)
    throw usage_error(where(), "PReLU takes one to three axes (got shape {})", to_string(shape));
  for (const int64_t axis : options_.shared_axes.value_or(std::vector<int64_t>{}))
    if (axis < 1 || axis > shape.rank())
      throw usage_error(where(), "shared_axes must lie between 1 and {} (got {})", shape.rank(), axis);
  return shape;
}

std::vector<ParameterSpec> PReLU::parameters(std::span<const Shape> src) const {
  Shape shape = src[0];
  for (const int64_t axis : options_.shared_axes.value_or(std::vector<int64_t>{})) shape[static_cast<int>(axis - 1)] = 1;
  return {{"alpha", shape, options_.alpha_initializer}};
}

void PReLU::plan(Planner& planner) const {
  using namespace kernels;
  const Value src = planner.src(), dst = planner.dst(src.layout);
  const Shape shape = parameters(std::vector{planner.src_shape()})[0].shape;
  const WeightsLayout plain = WeightsLayout::plain(shape);
  // One alpha of one picture: its sizes are the alpha's.
  const PreluProblem problem = {.layout = src.layout, .alpha = Layout::plain_of(1, shape)};
  const Value alpha = planner.weights(0, plain);
  planner.step("prelu", prelu_forward(problem), {in(src), in(alpha), out(dst)});
  planner.backward([=, &planner] {
    const Value diff_dst = planner.diff_dst(src.layout);
    if (planner.trains(0))
      planner.step("prelu backward weights", prelu_backward_weights(problem),
                   {in(src), in(diff_dst), out(planner.gradient(0, plain))});
    if (planner.wants_diff_src())
      planner.step("prelu backward data", prelu_backward_data(problem),
                   {in(src), in(alpha), in(diff_dst), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace fovea
