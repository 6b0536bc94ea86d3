// The two passes backward through a normalisation: a tile's sums, then, when those of all tiles are known, dx.
#include <algorithm>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/norm_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/norm_backward.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// Σ dy and Σ dy · (x - mean) over a chunk of at most 256 cells, added to sums in double; inv multiplies at the end.
// Scratch: the two sums of all channels in double, the two of a chunk's block in float.
void sums(const Layout& layout, const Arguments& arguments, const RunContext&, int64_t) {
  const ChannelMaps maps(layout);
  const int64_t padded = maps.padded_channels(), block = maps.block;
  const int64_t chunk = std::clamp<int64_t>(2048 / block, 16, 256);
  const float* src = arguments.in(0);
  const float* mean = arguments.in(1);
  const float* inv = mean + padded;
  const float* diff_dst = arguments.in(2);
  float* totals = arguments.out(3);
  double* running = arguments.out<double>(4);
  float* chunk_sums = reinterpret_cast<float*>(running + 2 * padded);

  std::fill(running, running + 2 * padded, 0.0);
  for (int64_t picture = 0; picture < maps.pictures; ++picture)
    for (int64_t b = 0; b < maps.blocks; ++b)
      for (int64_t first = 0; first < maps.cells; first += chunk) {
        const int64_t cells = std::min(chunk, maps.cells - first), at = maps.offset(picture, b) + first * block;
        for_vectors(block, [&](auto d, int64_t c) HWY_ATTR {
          const auto m = hn::LoadU(d, mean + b * block + c);
          const float* x = src + at + c;
          const float* dy = diff_dst + at + c;
          auto b0 = hn::Zero(d), b1 = b0, g0 = b0, g1 = b0, g2 = b0, g3 = b0;
          int64_t cell = 0;
          for (; cell + 4 <= cells; cell += 4, x += 4 * block, dy += 4 * block) {
            const auto dy0 = hn::LoadU(d, dy), dy1 = hn::LoadU(d, dy + block);
            const auto dy2 = hn::LoadU(d, dy + 2 * block), dy3 = hn::LoadU(d, dy + 3 * block);
            b0 = hn::Add(b0, hn::Add(dy0, dy1));
            b1 = hn::Add(b1, hn::Add(dy2, dy3));
            g0 = hn::MulAdd(dy0, hn::Sub(hn::LoadU(d, x), m), g0);
            g1 = hn::MulAdd(dy1, hn::Sub(hn::LoadU(d, x + block), m), g1);
            g2 = hn::MulAdd(dy2, hn::Sub(hn::LoadU(d, x + 2 * block), m), g2);
            g3 = hn::MulAdd(dy3, hn::Sub(hn::LoadU(d, x + 3 * block), m), g3);
          }
          for (; cell < cells; ++cell, x += block, dy += block) {
            const auto dy0 = hn::LoadU(d, dy);
            b0 = hn::Add(b0, dy0);
            g0 = hn::MulAdd(dy0, hn::Sub(hn::LoadU(d, x), m), g0);
          }
          hn::StoreU(hn::Add(b0, b1), d, chunk_sums + c);
          hn::StoreU(hn::Add(hn::Add(g0, g1), hn::Add(g2, g3)), d, chunk_sums + block + c);
        });
        double* running_beta = running + b * block;
        double* running_gamma = running_beta + padded;
        for (int64_t c = 0; c < block; ++c) {
          running_beta[c] += chunk_sums[c];
          running_gamma[c] += chunk_sums[block + c];
        }
      }
  for (int64_t c = 0; c < padded; ++c) {
    totals[c] = static_cast<float>(running[c]);
    totals[padded + c] = static_cast<float>(running[padded + c] * inv[c]);
  }
}

// dx = (dy - offset - (x - mean) · slope) · scale with offset = diff_beta / count, slope = inv · diff_gamma / count,
// scale = gamma · inv.
template <bool kFixedStatistics>
void differentiate(const ChannelMaps& maps, const float* src, const float* parameters, const float* diff_dst,
                   float* diff_src) {
  const int64_t block = maps.block, channels = maps.padded_channels();
  const int64_t row = std::max<int64_t>(1, 2048 / block);
  for (int64_t picture = 0; picture < maps.pictures; ++picture)
    for (int64_t b = 0; b < maps.blocks; ++b)
      for (int64_t first = 0; first < maps.cells; first += row) {
        const int64_t cells = std::min(row, maps.cells - first), at = maps.offset(picture, b) + first * block;
        for_vectors(block, [&](auto d, int64_t c) HWY_ATTR {
          const float* channel = parameters + b * block + c;
          const auto scale = hn::LoadU(d, channel), mean = hn::LoadU(d, channel + channels);
          const auto offset = hn::LoadU(d, channel + 2 * channels), slope = hn::LoadU(d, channel + 3 * channels);
          for (int64_t i = at + c; i < at + c + cells * block; i += block) {
            auto dy = hn::LoadU(d, diff_dst + i);
            if (!kFixedStatistics) dy = hn::NegMulAdd(hn::Sub(hn::LoadU(d, src + i), mean), slope, hn::Sub(dy, offset));
            hn::StoreU(hn::Mul(dy, scale), d, diff_src + i);
          }
        });
      }
}

// Scratch: scale, mean, offset and slope of all channels with zeros for padding, so that padding stays zero by itself.
void backward(const NormBackwardProblem& problem, const Arguments& arguments, const RunContext&, int64_t) {
  const ChannelMaps maps(problem.src);
  const int64_t padded = maps.padded_channels(), channels = problem.src.c;
  const float* mean = arguments.in(1);
  const float* inv = mean + padded;
  const float* gamma = arguments.in(2);
  const float* totals = arguments.in(3);
  float* parameters = arguments.out(6);
  std::fill(parameters, parameters + 4 * padded, 0.0f);
  for (int64_t c = 0; c < channels; ++c) {
    parameters[c] = gamma != nullptr ? gamma[c] * inv[c] : inv[c];
    if (problem.fixed_statistics) continue;
    parameters[padded + c] = mean[c];
    parameters[2 * padded + c] = static_cast<float>(totals[c] / problem.count);
    parameters[3 * padded + c] = static_cast<float>(static_cast<double>(inv[c]) * totals[padded + c] / problem.count);
  }
  const auto differentiate_tile = problem.fixed_statistics ? differentiate<true> : differentiate<false>;
  differentiate_tile(maps, arguments.in(0), parameters, arguments.in(4), arguments.out(5));
}

Loop<Layout> sums_loop() { return {sums, hwy::TargetName(HWY_TARGET)}; }
Loop<NormBackwardProblem> backward_loop() { return {backward, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(sums_loop);
HWY_EXPORT(backward_loop);
}  // namespace

Loop<Layout> norm_sums_loop() { return HWY_DYNAMIC_DISPATCH(sums_loop)(); }
Loop<NormBackwardProblem> norm_backward_loop() { return HWY_DYNAMIC_DISPATCH(backward_loop)(); }

}  // namespace fovea::kernels
#endif
