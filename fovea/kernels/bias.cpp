// A bias added to maps, and its gradient.
#include "fovea/kernels/bias.h"

#include <algorithm>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/loop_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/bias.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// Calls f(d, channel, at, cells) for vectors of real channels: the first of them, and where it lies in the first of
// at most `most` cells, which are `maps.block` apart.
template <class F>
HWY_INLINE void for_channels(const Layout& layout, const ChannelMaps& maps, int64_t most, F&& f) {
  for (int64_t picture = 0; picture < maps.pictures; ++picture)
    for (int64_t b = 0; b < maps.blocks; ++b)
      for (int64_t first = 0; first < maps.cells; first += most) {
        const int64_t cells = std::min(most, maps.cells - first), channel = b * maps.block;
        const int64_t at = maps.offset(picture, b) + first * maps.block;
        for_vectors(std::min(maps.block, layout.c - channel),
                    [&](auto d, int64_t c) HWY_ATTR { f(d, channel + c, at + c, cells); });
      }
}

template <bool kRelu>
void forward(const Layout& layout, const Arguments& arguments, const RunContext&, int64_t) {
  const ChannelMaps maps(layout);
  const float* bias = arguments.in(0);
  float* dst = arguments.out(1);
  for_channels(layout, maps, std::max<int64_t>(1, 2048 / maps.block),
               [&](auto d, int64_t channel, int64_t at, int64_t cells) HWY_ATTR {
                 const auto zero = hn::Zero(d), b = bias != nullptr ? hn::LoadU(d, bias + channel) : zero;
                 for (int64_t i = at; i < at + cells * maps.block; i += maps.block) {
                   auto y = hn::Add(hn::LoadU(d, dst + i), b);
                   if (kRelu) y = hn::IfThenZeroElse(hn::Lt(y, zero), y);  // a NaN stays
                   hn::StoreU(y, d, dst + i);
                 }
               });
}

// Sums of at most 256 cells in float (four of 64, to hide the latency of adding), of these in double: the scratch.
void backward(const Layout& layout, const Arguments& arguments, const RunContext&, int64_t) {
  const ChannelMaps maps(layout);
  const float* diff_dst = arguments.in(0);
  float* diff_bias = arguments.out(1);
  double* running = arguments.out<double>(2);
  std::fill(running, running + layout.c, 0.0);
  for_channels(layout, maps, std::clamp<int64_t>(4096 / maps.block, 16, 256),
               [&](auto d, int64_t channel, int64_t at, int64_t cells) HWY_ATTR {
                 const float* dy = diff_dst + at;
                 auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
                 int64_t cell = 0;
                 for (; cell + 4 <= cells; cell += 4, dy += 4 * maps.block) {
                   s0 = hn::Add(s0, hn::LoadU(d, dy));
                   s1 = hn::Add(s1, hn::LoadU(d, dy + maps.block));
                   s2 = hn::Add(s2, hn::LoadU(d, dy + 2 * maps.block));
                   s3 = hn::Add(s3, hn::LoadU(d, dy + 3 * maps.block));
                 }
                 for (; cell < cells; ++cell, dy += maps.block) s0 = hn::Add(s0, hn::LoadU(d, dy));
                 alignas(64) float sums[HWY_MAX_BYTES / sizeof(float)];
                 hn::StoreU(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), d, sums);
                 for (size_t lane = 0; lane < hn::Lanes(d); ++lane) running[channel + static_cast<int64_t>(lane)] += sums[lane];
               });
  for (int64_t c = 0; c < layout.c; ++c) diff_bias[c] = static_cast<float>(running[c]);
}

Loop<Layout> forward_loop(bool relu) { return {relu ? forward<true> : forward<false>, hwy::TargetName(HWY_TARGET)}; }
Loop<Layout> backward_loop() { return {backward, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(forward_loop);
HWY_EXPORT(backward_loop);
}  // namespace

KernelPtr bias_forward(const Layout& dst, bool relu) {
  return make_loop_kernel(dst, HWY_DYNAMIC_DISPATCH(forward_loop)(relu), 3);
}

KernelPtr bias_backward(const Layout& diff_dst) {
  return make_loop_kernel(diff_dst, HWY_DYNAMIC_DISPATCH(backward_loop)(), 3,
                          static_cast<size_t>(diff_dst.c) * sizeof(double));
}

}  // namespace fovea::kernels
#endif
