// Normalisation of groups of channels, a picture at a time: sums of each channel's cells first, then those of a group's
// channels together; what follows is an affine map of each channel.
//
// Sums are those of x minus the channel's first number, then of (x - mean)²: what rounds is of the size of the deviation,
// not of the mean. Statistics: mean and inv of every channel, padded with zeros, picture by picture.
#include <algorithm>
#include <cmath>

#include "fovea/kernels/picture_norm_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/picture_norm_groups.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// Calls f(d, channel, first, last) for vectors of the channels of a picture at `at`: the offsets of their first cell, and
// behind their last one. Cells are `block` apart.
template <class F>
HWY_INLINE void for_channels(const Layout& layout, int64_t at, F&& f) {
  const int64_t map = layout.h * layout.w * layout.block;
  for (int64_t b = 0; b < layout.blocks(); ++b, at += map)
    for_vectors(layout.block,
                [&](auto d, int64_t c) HWY_ATTR { f(d, b * layout.block + c, at + c, at + c + map); });
}

// sums[channel] = Σ f(d, i, channel, first) over the channel's cells: 256 in float, these sums in double.
template <class F>
HWY_INLINE void sum_channels(const Layout& layout, int64_t at, double* sums, F&& f) {
  const int64_t block = layout.block, stretch = 256 * block;
  std::fill(sums, sums + layout.padded_channels(), 0.0);
  for_channels(layout, at, [&](auto d, int64_t channel, int64_t first, int64_t last) HWY_ATTR {
    for (int64_t start = first; start < last; start += stretch) {
      const int64_t end = std::min(start + stretch, last);
      auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
      int64_t i = start;
      for (; i + 3 * block < end; i += 4 * block) {
        s0 = hn::Add(s0, f(d, i, channel, first));
        s1 = hn::Add(s1, f(d, i + block, channel, first));
        s2 = hn::Add(s2, f(d, i + 2 * block, channel, first));
        s3 = hn::Add(s3, f(d, i + 3 * block, channel, first));
      }
      for (; i < end; i += block) s0 = hn::Add(s0, f(d, i, channel, first));
      alignas(64) float lanes[HWY_MAX_BYTES / sizeof(float)];
      hn::StoreU(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)), d, lanes);
      for (size_t lane = 0; lane < hn::Lanes(d); ++lane) sums[channel + static_cast<int64_t>(lane)] += lanes[lane];
    }
  });
}

// Mean and inv of every channel's group, of the picture at `at`.
void find_statistics(const GroupNormProblem& p, const float* src, int64_t at, double* sums, float* mean, float* inv) {
  const Layout& layout = p.src;
  const int64_t size = layout.c / p.groups, map = layout.h * layout.w * layout.block;
  const double cells = static_cast<double>(layout.h * layout.w), channels = static_cast<double>(size);
  std::fill(mean, mean + layout.padded_channels(), 0.0f);
  std::fill(inv, inv + layout.padded_channels(), 0.0f);
  sum_channels(layout, at, sums, [&](auto d, int64_t i, int64_t, int64_t first) HWY_ATTR {
    return hn::Sub(hn::LoadU(d, src + i), hn::LoadU(d, src + first));
  });
  for (int64_t group = 0; group < layout.c; group += size) {
    double total = 0;
    for (int64_t c = group; c < group + size; ++c)
      total += src[at + c / layout.block * map + c % layout.block] + sums[c] / cells;
    std::fill(mean + group, mean + group + size, static_cast<float>(total / channels));
  }
  sum_channels(layout, at, sums, [&](auto d, int64_t i, int64_t channel, int64_t) HWY_ATTR {
    const auto x = hn::Sub(hn::LoadU(d, src + i), hn::LoadU(d, mean + channel));
    return hn::Mul(x, x);
  });
  for (int64_t group = 0; group < layout.c; group += size) {
    double total = 0;
    for (int64_t c = group; c < group + size; ++c) total += sums[c];
    std::fill(inv + group, inv + group + size,
              static_cast<float>(1 / std::sqrt(total / (cells * channels) + p.epsilon)));
  }
}

// Scratch: sums of all channels; scale and beta of them, with zeros for padding, so that padding stays zero by itself.
void forward(const GroupNormProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const Layout& layout = p.src;
  const int64_t padded = layout.padded_channels();
  const float* src = arguments.in(0);
  const float* gamma = arguments.in(1);
  const float* beta = arguments.in(2);
  float* dst = arguments.out(3);
  double* sums = arguments.out<double>(5);
  float* scale = reinterpret_cast<float*>(sums + padded);
  float* shift = scale + padded;
  std::fill(scale, scale + 2 * padded, 0.0f);
  if (beta != nullptr) std::copy(beta, beta + layout.c, shift);
  for (int64_t n = 0; n < layout.n; ++n) {
    float* mean = arguments.out(4) + 2 * n * padded;
    float* inv = mean + padded;
    find_statistics(p, src, n * layout.picture_elements(), sums, mean, inv);
    for (int64_t c = 0; c < layout.c; ++c) scale[c] = gamma != nullptr ? inv[c] * gamma[c] : inv[c];
    for_channels(layout, n * layout.picture_elements(),
                 [&](auto d, int64_t channel, int64_t first, int64_t last) HWY_ATTR {
                   const auto m = hn::LoadU(d, mean + channel), s = hn::LoadU(d, scale + channel);
                   const auto b = hn::LoadU(d, shift + channel);
                   for (int64_t i = first; i < last; i += layout.block) {
                     auto y = hn::MulAdd(hn::Sub(hn::LoadU(d, src + i), m), s, b);
                     if (p.relu) y = hn::IfThenZeroElse(hn::Lt(y, hn::Zero(d)), y);  // a NaN stays
                     hn::StoreU(y, d, dst + i);
                   }
                 });
  }
}

// dx = dy · scale - (x - mean) · slope - offset with scale = gamma · inv, slope = inv² · Σ g · x̂ / m and
// offset = inv · Σ g / m. Scratch: a picture's and all pictures' Σ dy and Σ dy · x̂ of every channel; scale, slope and
// offset, with zeros for padding, so that padding stays zero by itself.
void backward(const GroupNormProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const Layout& layout = p.src;
  const int64_t padded = layout.padded_channels(), size = layout.c / p.groups;
  const double count = static_cast<double>(layout.h * layout.w * size);
  const float* src = arguments.in(0);
  const float* gamma = arguments.in(2);
  const float* diff_dst = arguments.in(3);
  float* diff_src = arguments.out(4);
  float* diff_gamma = arguments.out(5);
  float* diff_beta = arguments.out(6);
  double* of_dy = arguments.out<double>(7);
  double* of_dyx = of_dy + padded;
  double* total_dy = of_dyx + padded;
  double* total_dyx = total_dy + padded;
  float* scale = reinterpret_cast<float*>(total_dyx + padded);
  float* slope = scale + padded;
  float* offset = slope + padded;
  std::fill(total_dy, total_dy + 2 * padded, 0.0);
  std::fill(scale, scale + 3 * padded, 0.0f);
  for (int64_t n = 0; n < layout.n; ++n) {
    const int64_t at = n * layout.picture_elements();
    const float* mean = arguments.in(1) + 2 * n * padded;
    const float* inv = mean + padded;
    sum_channels(layout, at, of_dy, [&](auto d, int64_t i, int64_t, int64_t) HWY_ATTR { return hn::LoadU(d, diff_dst + i); });
    sum_channels(layout, at, of_dyx, [&](auto d, int64_t i, int64_t channel, int64_t) HWY_ATTR {
      return hn::Mul(hn::LoadU(d, diff_dst + i), hn::Sub(hn::LoadU(d, src + i), hn::LoadU(d, mean + channel)));
    });
    for (int64_t c = 0; c < layout.c; ++c) {
      of_dyx[c] *= inv[c];
      total_dy[c] += of_dy[c];
      total_dyx[c] += of_dyx[c];
    }
    if (diff_src == nullptr) continue;
    for (int64_t group = 0; group < layout.c; group += size) {
      const double of_group = inv[group];
      double of_g = 0, of_gx = 0;
      for (int64_t c = group; c < group + size; ++c) {
        const double weight = gamma != nullptr ? gamma[c] : 1;
        of_g += weight * of_dy[c];
        of_gx += weight * of_dyx[c];
        scale[c] = static_cast<float>(weight * of_group);
      }
      std::fill(slope + group, slope + group + size, static_cast<float>(of_group * of_group * of_gx / count));
      std::fill(offset + group, offset + group + size, static_cast<float>(of_group * of_g / count));
    }
    for_channels(layout, at, [&](auto d, int64_t channel, int64_t first, int64_t last) HWY_ATTR {
      const auto m = hn::LoadU(d, mean + channel), s = hn::LoadU(d, scale + channel);
      const auto k = hn::LoadU(d, slope + channel), o = hn::LoadU(d, offset + channel);
      for (int64_t i = first; i < last; i += layout.block) {
        const auto direct = hn::MulSub(hn::LoadU(d, diff_dst + i), s, o);
        hn::StoreU(hn::NegMulAdd(hn::Sub(hn::LoadU(d, src + i), m), k, direct), d, diff_src + i);
      }
    });
  }
  for (int64_t c = 0; c < layout.c; ++c) {
    if (diff_gamma != nullptr) diff_gamma[c] = static_cast<float>(total_dyx[c]);
    if (diff_beta != nullptr) diff_beta[c] = static_cast<float>(total_dy[c]);
  }
}

Loop<GroupNormProblem> forward_loop() { return {forward, hwy::TargetName(HWY_TARGET)}; }
Loop<GroupNormProblem> backward_loop() { return {backward, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(forward_loop);
HWY_EXPORT(backward_loop);
}  // namespace

Loop<GroupNormProblem> group_norm_forward_loop() { return HWY_DYNAMIC_DISPATCH(forward_loop)(); }
Loop<GroupNormProblem> group_norm_backward_loop() { return HWY_DYNAMIC_DISPATCH(backward_loop)(); }

}  // namespace fovea::kernels
#endif
