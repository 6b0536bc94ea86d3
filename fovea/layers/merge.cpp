#include "fovea/layers/merge.h"

#include <algorithm>

#include "fovea/kernels/broadcast.h"
#include "fovea/layers/activate.h"

namespace fovea {
namespace {

// With leading axes of 1, of this rank.
Shape lengthened(const Shape& shape, int rank) {
  Shape longer;
  for (int axis = shape.rank(); axis < rank; ++axis) longer.push_back(1);
  for (const int64_t size : shape) longer.push_back(size);
  return longer;
}

}  // namespace

Shape merged_shape(const std::string& type, std::span<const Shape> src, const std::string& where) {
  if (src.size() < 2) throw usage_error(where, "{} takes two inputs or more (got {})", type, src.size());
  int rank = 0;
  for (const Shape& shape : src) rank = std::max(rank, shape.rank());
  Shape merged = lengthened(src[0], rank);
  for (const Shape& shape : src) {
    const Shape other = lengthened(shape, rank);
    for (int axis = 0; axis < rank; ++axis) {
      if (merged[axis] == 1) merged[axis] = other[axis];
      if (other[axis] != merged[axis] && other[axis] != 1)
        throw usage_error(where, "inputs must have one shape, or sizes of 1 that stretch (got {} and {})", to_string(src[0]), to_string(shape));
    }
  }
  // Layouts count all axes before the last two as rows.
  for (const Shape& shape : src) {
    const int64_t rows = Layout::plain_of(1, shape).h;
    if (rows != 1 && rows != Layout::plain_of(1, merged).h)
      throw usage_error(where, "sizes before the last two stretch all together or not at all (got {} for {})",
                        to_string(shape), to_string(merged));
  }
  return merged;
}

MergeInputs::MergeInputs(Planner& planner) : planner_(planner), layout_(Layout::plain_of(planner.rows(), planner.dst_shape())) {
  // The layout of the first that is as large as the output.
  for (int i = planner.inputs() - 1; i >= 0; --i)
    if (!is_stretched(i)) layout_ = planner.src(i).layout;
  for (int i = 0; i < planner.inputs(); ++i) {
    if (!is_stretched(i)) {
      values_.push_back(planner.src(i, layout_));
      continue;
    }
    values_.push_back(planner.book(layout_, "stretched"));
    planner.step("stretch", kernels::broadcast(own_layout(i), layout_), {in(in_layout(planner, planner.src(i), own_layout(i))), out(values_.back())});
  }
}

bool MergeInputs::is_stretched(int i) const { return !(planner_.src_shape(i) == planner_.dst_shape()); }

Layout MergeInputs::own_layout(int i) const {
  return Layout::plain_of(planner_.rows(), lengthened(planner_.src_shape(i), planner_.dst_shape().rank()));
}

std::vector<Arg> MergeInputs::args() const {
  std::vector<Arg> args;
  for (const Value& value : values_) args.push_back(in(value));
  return args;
}

Value MergeInputs::diff(int i) const { return is_stretched(i) ? planner_.book(layout_, "stretched diff") : planner_.diff_src(i, layout_); }

void MergeInputs::sum_diff(int i, const Value& diff) const {
  if (!is_stretched(i)) return;
  const Layout own = own_layout(i);
  planner_.step("sum of stretched", kernels::broadcast_backward(own, diff.layout),
                {in(diff), out(planner_.diff_src(i, Layout::plain_of(planner_.rows(), planner_.src_shape(i))))});
}

void MergeInputs::diff_is(int i, const Value& diff) const {
  if (is_stretched(i)) sum_diff(i, diff);
  else planner_.diff_src_is(i, diff);
}

MergeInputs plan_merge(Planner& planner, kernels::Merge merge, const std::string& name) {
  const MergeInputs inputs(planner);
  std::vector<Arg> args = inputs.args();
  args.push_back(out(planner.dst(inputs.layout())));
  planner.step(name, kernels::merge(merge, inputs.layout(), inputs.count()), std::move(args));
  return inputs;
}

void plan_selection(Planner& planner, kernels::Merge merge, const std::string& name) {
  const MergeInputs inputs = plan_merge(planner, merge, name);
  planner.backward([=, &planner] {
    for (int i = 0; i < inputs.count(); ++i) {
      if (!planner.wants_diff_src(i)) continue;
      const Value diff = inputs.diff(i);
      std::vector<Arg> args = inputs.args();
      args.push_back(in(planner.diff_dst(inputs.layout())));
      args.push_back(out(diff));
      planner.step(name + " backward", kernels::merge_winner_backward(merge, inputs.layout(), inputs.count(), i), std::move(args));
      inputs.sum_diff(i, diff);
    }
  });
}

}  // namespace fovea
