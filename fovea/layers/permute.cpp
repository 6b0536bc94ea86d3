#include "fovea/layers/permute.h"

#include <algorithm>
#include <numeric>

#include "fovea/kernels/permute.h"

namespace fovea {

std::vector<int> Permute::order() const {
  std::vector<int> axes;
  for (const int64_t dim : options_.dims) axes.push_back(static_cast<int>(dim - 1));
  return axes;
}

Layer::Commutes Permute::commutes_with_affine() const {
  const auto last = static_cast<int64_t>(options_.dims.size());
  return last > 0 && options_.dims.back() == last ? Commutes::always : Commutes::never;
}

Shape Permute::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 0);
  std::vector<int64_t> sorted = options_.dims, all(static_cast<size_t>(shape.rank()));
  std::sort(sorted.begin(), sorted.end());
  std::iota(all.begin(), all.end(), 1);
  if (sorted != all)
    throw usage_error(where(), "dims must be an order of the axes 1 to {} (got [{}])", shape.rank(),
                      fmt::join(options_.dims, ", "));
  Shape dst;
  for (const int axis : order()) dst.push_back(shape[axis]);
  return dst;
}

void Permute::plan(Planner& planner) const {
  const Layout plain_src = Layout::plain_of(planner.rows(), planner.src_shape());
  const Layout plain_dst = Layout::plain_of(planner.rows(), planner.dst_shape());
  const Shape &src_shape = planner.src_shape(), &dst_shape = planner.dst_shape();
  planner.step("permute", kernels::permute(planner.rows(), src_shape, order()),
               {in(planner.src(0, plain_src)), out(planner.dst(plain_dst))});
  planner.backward([=, this, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step("permute backward", kernels::permute(planner.rows(), dst_shape, kernels::inverse_order(order())),
                 {in(planner.diff_dst(plain_dst)), out(planner.diff_src(0, plain_src))});
  });
}

}  // namespace fovea
