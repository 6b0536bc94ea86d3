#include "fovea/layers/reshape.h"

namespace fovea {

Shape Reshape::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 0);
  const auto refuse = [&](const std::string& what) {
    throw usage_error(where(), "target_shape {} (got [{}] for {} numbers)", what, fmt::join(options_.target_shape, ", "),
                      shape.elements());
  };
  if (options_.target_shape.empty() || options_.target_shape.size() >= static_cast<size_t>(Shape::kMaxRank))
    refuse(fmt::format("must have 1 to {} sizes", Shape::kMaxRank - 1));
  Shape dst;
  int open = -1;
  int64_t rest = shape.elements();
  for (const int64_t size : options_.target_shape) {
    if (size == -1) {
      if (open >= 0) refuse("may leave one size open");
      open = dst.rank();
    } else {
      if (size < 1 || rest % size != 0) refuse("must hold as many numbers as the input");
      rest /= size;
    }
    dst.push_back(size);
  }
  if (open >= 0) dst[open] = rest;
  else if (rest != 1) refuse("must hold as many numbers as the input");
  return dst;
}

void Reshape::plan(Planner& planner) const {
  const Layout plain_src = Layout::plain_of(planner.rows(), planner.src_shape());
  const Layout plain_dst = Layout::plain_of(planner.rows(), planner.dst_shape());
  planner.dst_is({planner.src(0, plain_src).buffer, plain_dst});
  planner.backward([=, &planner] {
    if (planner.wants_diff_src()) planner.diff_src_is(0, {planner.diff_dst(plain_dst).buffer, plain_src});
  });
}

}  // namespace fovea
