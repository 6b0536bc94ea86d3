// Mean and maximum of whole maps, blocked maps to plain vectors of features, and their gradients.
#include <algorithm>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/pool_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/pool_global.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// Cells summed on their own before they join the sum of the map: rounding grows with 64 + cells / 64, not with cells.
constexpr int64_t kRun = 64;

// Calls f(d, map, features) for vectors of real channels: a pointer to their first cell and the offset of their
// features. Cells lie `block` apart.
template <class F>
HWY_INLINE void for_channels(const Layout& l, F&& f) {
  const int64_t map_size = l.h * l.w * l.block;
  for (int64_t n = 0; n < l.n; ++n)
    for (int64_t b = 0; b < l.blocks(); ++b) {
      const int64_t map = (n * l.blocks() + b) * map_size, channel = b * l.block;
      for_vectors(std::min(l.block, l.c - channel),
                  [&](auto d, int64_t c) HWY_ATTR { f(d, map + c, n * l.c + channel + c); });
    }
}

void average_forward(const Layout& l, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  const int64_t cells = l.h * l.w;
  for_channels(l, [&](auto d, int64_t map, int64_t feature) HWY_ATTR {
    auto total = hn::Zero(d);
    for (int64_t first = 0; first < cells; first += kRun) {
      auto sum = hn::Zero(d);
      for (int64_t cell = first; cell < std::min(first + kRun, cells); ++cell)
        sum = hn::Add(sum, hn::LoadU(d, src + map + cell * l.block));
      total = hn::Add(total, sum);
    }
    hn::StoreU(hn::Div(total, hn::Set(d, static_cast<float>(cells))), d, dst + feature);
  });
}

void average_backward(const Layout& l, const Arguments& arguments, const RunContext&, int64_t) {
  const float* diff_dst = arguments.in(0);
  float* diff_src = arguments.out(1);
  const int64_t cells = l.h * l.w;
  for_channels(l, [&](auto d, int64_t map, int64_t feature) HWY_ATTR {
    const auto share = hn::Div(hn::LoadU(d, diff_dst + feature), hn::Set(d, static_cast<float>(cells)));
    for (int64_t cell = 0; cell < cells; ++cell) hn::StoreU(share, d, diff_src + map + cell * l.block);
  });
  zero_padding(l, diff_src);
}

// A NaN in the map is its maximum.
void max_forward(const Layout& l, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  const int64_t cells = l.h * l.w;
  for_channels(l, [&](auto d, int64_t map, int64_t feature) HWY_ATTR {
    auto best = hn::LoadU(d, src + map);
    for (int64_t cell = 1; cell < cells; ++cell) {
      const auto value = hn::LoadU(d, src + map + cell * l.block);
      best = hn::IfThenElse(hn::Or(hn::Gt(value, best), hn::IsNaN(value)), value, best);
    }
    hn::StoreU(best, d, dst + feature);
  });
}

// A maximum of NaN equals no cell: its gradient is lost, its loss is NaN anyway.
void max_backward(const Layout& l, const Arguments& arguments, const RunContext&, int64_t) {
  const float* diff_dst = arguments.in(0);
  const float* src = arguments.in(1);
  const float* dst = arguments.in(2);
  float* diff_src = arguments.out(3);
  const int64_t cells = l.h * l.w;
  for_channels(l, [&](auto d, int64_t map, int64_t feature) HWY_ATTR {
    const auto best = hn::LoadU(d, dst + feature), one = hn::Set(d, 1.0f);
    auto ties = hn::Zero(d);
    for (int64_t cell = 0; cell < cells; ++cell)
      ties = hn::Add(ties, hn::IfThenElseZero(hn::Eq(hn::LoadU(d, src + map + cell * l.block), best), one));
    const auto share = hn::Div(hn::LoadU(d, diff_dst + feature), hn::Max(ties, one));
    for (int64_t cell = 0; cell < cells; ++cell) {
      const auto won = hn::Eq(hn::LoadU(d, src + map + cell * l.block), best);
      hn::StoreU(hn::IfThenElseZero(won, share), d, diff_src + map + cell * l.block);
    }
  });
  zero_padding(l, diff_src);
}

Loop<Layout> global_loop(GlobalPool what) {
  const char* target = hwy::TargetName(HWY_TARGET);
  switch (what) {
    case GlobalPool::average_forward:
      return {average_forward, target};
    case GlobalPool::average_backward:
      return {average_backward, target};
    case GlobalPool::max_forward:
      return {max_forward, target};
    case GlobalPool::max_backward:
      return {max_backward, target};
  }
  return {};
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {

HWY_EXPORT(global_loop);

KernelPtr global_kernel(const Layout& src, GlobalPool what, size_t arguments) {
  assert(src.dtype == DType::f32 && src.h * src.w > 0 && "maps of float32 with a cell");
  return make_loop_kernel(src, HWY_DYNAMIC_DISPATCH(global_loop)(what), arguments);
}

}  // namespace

KernelPtr global_average_forward(const Layout& src) { return global_kernel(src, GlobalPool::average_forward, 3); }
KernelPtr global_average_backward(const Layout& src) { return global_kernel(src, GlobalPool::average_backward, 3); }
KernelPtr global_max_forward(const Layout& src) { return global_kernel(src, GlobalPool::max_forward, 3); }
KernelPtr global_max_backward(const Layout& src) { return global_kernel(src, GlobalPool::max_backward, 5); }

}  // namespace fovea::kernels
#endif
