#include "fovea/layers/concatenate.h"

namespace fovea {
namespace {

// A picture as it lies; any other tensor is plain, and is seen as a picture whose columns are what the axis counts.
Layout seen_along(int axis, const Shape& shape, const Layout& layout) {
  if (shape.rank() == 3) return layout;
  int64_t before = 1, behind = 1;
  for (int a = 0; a < axis; ++a) before *= shape[a];
  for (int a = axis + 1; a < shape.rank(); ++a) behind *= shape[a];
  return Layout::plain(layout.n, before, shape[axis], behind);
}

}  // namespace

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
  const Shape& shape = planner.dst_shape();
  const int place = axis_of(shape);
  const ConcatAxis axis = shape.rank() == 3 ? static_cast<ConcatAxis>(place) : ConcatAxis::w;
  std::vector<Layout> layouts, seen;
  std::vector<Arg> args;
  for (int i = 0; i < planner.inputs(); ++i) {
    const Value src = planner.src(i);
    layouts.push_back(src.layout);
    seen.push_back(seen_along(place, planner.src_shape(i), src.layout));
    args.push_back(in(src));
  }
  Layout layout = Layout::plain_of(planner.rows(), shape);
  if (shape.rank() == 3 && layouts[0].block != layouts[0].c) layout.block = layouts[0].block;
  const Layout seen_dst = seen_along(place, shape, layout);
  const Value dst = planner.dst(layout);
  args.push_back(out(dst));
  planner.step("concatenate", concat(seen, seen_dst, axis), std::move(args));
  planner.backward([=, &planner] {
    for (int i = 0; i < planner.inputs(); ++i) {
      const auto at = static_cast<size_t>(i);
      if (planner.wants_diff_src(i))
        planner.step("concatenate backward", concat_backward(seen, seen_dst, axis, at),
                     {in(planner.diff_dst(layout)), out(planner.diff_src(i, layouts[at]))});
    }
  });
}

}  // namespace fovea
