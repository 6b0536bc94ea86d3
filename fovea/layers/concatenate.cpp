#include "fovea/layers/concatenate.h"

namespace fovea {

int Concatenate::axis_of(const Shape& shape) const {
  const int64_t axis = options_.axis.value;
  if (axis == 0 || axis < -shape.rank() || axis > shape.rank())
    throw usage_error(where(), "axis must lie between 1 and {}, or be negative from the end (got {})", shape.rank(), axis);
  return static_cast<int>(axis < 0 ? axis + shape.rank() : axis - 1);
}

Shape Concatenate::infer(std::span<const Shape> src) const {
  if (src.size() < 2) throw usage_error(where(), "Concatenate takes two inputs or more (got {})", src.size());
  const int axis = axis_of(src[0]);
  Shape shape = src[0];
  for (size_t i = 1; i < src.size(); ++i) {
    bool fits = src[i].rank() == shape.rank();
    for (int a = 0; fits && a < shape.rank(); ++a) fits = a == axis || src[i][a] == shape[a];
    if (!fits)
      throw usage_error(where(), "inputs must agree in all sizes but that of axis {} (got {} and {})", options_.axis.value,
                        to_string(src[0]), to_string(src[i]));
    shape[axis] += src[i][axis];
  }
  return shape;
}

void Concatenate::plan(Planner& planner) const {
  using namespace kernels;
  std::vector<Layout> layouts;
  std::vector<Arg> args;
  for (int i = 0; i < planner.inputs(); ++i) {
    const Value src = planner.src(i);
    layouts.push_back(src.layout);
    args.push_back(in(src));
  }
  const Shape& shape = planner.dst_shape();
  Layout layout = Layout::plain_of(planner.rows(), shape);
  // Vectors of features are maps of 1x1: their axis is the channels' whatever the rank.
  const ConcatAxis axis = shape.rank() == 3 ? static_cast<ConcatAxis>(axis_of(planner.src_shape()))
                          : axis_of(planner.src_shape()) == shape.rank() - 1 ? ConcatAxis::c
                                                                             : ConcatAxis::w;
  if (shape.rank() == 3 && layouts[0].block != layouts[0].c) layout.block = layouts[0].block;
  const Value dst = planner.dst(layout);
  args.push_back(out(dst));
  planner.step("concatenate", concat(layouts, layout, axis), std::move(args));
  planner.backward([=, &planner] {
    for (int i = 0; i < planner.inputs(); ++i) {
      const auto at = static_cast<size_t>(i);
      if (planner.wants_diff_src(i))
        planner.step("concatenate backward", concat_backward(layouts, layout, axis, at),
                     {in(planner.diff_dst(layout)), out(planner.diff_src(i, layouts[at]))});
    }
  });
}

}  // namespace fovea
