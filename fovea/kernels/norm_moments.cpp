// Mean and M2 of a tile, per channel.
//
// A map is taken in chunks that stay in the nearest cache. Of each, a first pass finds the mean, a second one sums
// d = x - mean and d²; Σd, not quite 0, corrects both the mean and M2 for the mean's rounding. Chunks are merged in
// double (Chan et al. 1983), so that accuracy does not depend on the size of the tile.
//
// Scratch: the running mean and M2 of all channels in double; mean, Σd and Σd² of a chunk's block in float.
#include <algorithm>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/norm_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/norm_moments.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// At most 256 terms a float sum (four sums of 64), at most 16 KiB of map.
int64_t chunk_cells(int64_t block) { return std::clamp<int64_t>(4096 / block, 16, 256); }

// Σ f(cell) over cells `block` apart, in four sums to hide the latency of adding.
template <class D, class F>
HWY_INLINE hn::Vec<D> sum_cells(D d, int64_t cells, F&& f) {
  auto s0 = hn::Zero(d), s1 = hn::Zero(d), s2 = hn::Zero(d), s3 = hn::Zero(d);
  int64_t cell = 0;
  for (; cell + 4 <= cells; cell += 4) {
    s0 = hn::Add(s0, f(cell));
    s1 = hn::Add(s1, f(cell + 1));
    s2 = hn::Add(s2, f(cell + 2));
    s3 = hn::Add(s3, f(cell + 3));
  }
  for (; cell < cells; ++cell) s0 = hn::Add(s0, f(cell));
  return hn::Add(hn::Add(s0, s1), hn::Add(s2, s3));
}

// Mean, Σ(x - mean) and Σ(x - mean)² of the chunk's channels.
void chunk_moments(const float* src, int64_t cells, int64_t block, float* mean, float* sum, float* squares) {
  for_vectors(block, [&](auto d, int64_t c) HWY_ATTR {
    const float* at = src + c;
    const auto total = sum_cells(d, cells, [&](int64_t cell) HWY_ATTR { return hn::LoadU(d, at + cell * block); });
    const auto m = hn::Mul(total, hn::Set(d, 1.0f / static_cast<float>(cells)));
    auto s0 = hn::Zero(d), s1 = s0, q0 = s0, q1 = s0, q2 = s0, q3 = s0;
    int64_t cell = 0;
    for (; cell + 4 <= cells; cell += 4) {
      const auto d0 = hn::Sub(hn::LoadU(d, at + cell * block), m);
      const auto d1 = hn::Sub(hn::LoadU(d, at + (cell + 1) * block), m);
      const auto d2 = hn::Sub(hn::LoadU(d, at + (cell + 2) * block), m);
      const auto d3 = hn::Sub(hn::LoadU(d, at + (cell + 3) * block), m);
      s0 = hn::Add(s0, hn::Add(d0, d1));
      s1 = hn::Add(s1, hn::Add(d2, d3));
      q0 = hn::MulAdd(d0, d0, q0);
      q1 = hn::MulAdd(d1, d1, q1);
      q2 = hn::MulAdd(d2, d2, q2);
      q3 = hn::MulAdd(d3, d3, q3);
    }
    for (; cell < cells; ++cell) {
      const auto d0 = hn::Sub(hn::LoadU(d, at + cell * block), m);
      s0 = hn::Add(s0, d0);
      q0 = hn::MulAdd(d0, d0, q0);
    }
    hn::StoreU(m, d, mean + c);
    hn::StoreU(hn::Add(s0, s1), d, sum + c);
    hn::StoreU(hn::Add(hn::Add(q0, q1), hn::Add(q2, q3)), d, squares + c);
  });
}

void moments(const Layout& layout, const Arguments& arguments, const RunContext&, int64_t) {
  const ChannelMaps maps(layout);
  const int64_t channels = maps.padded_channels(), block = maps.block, chunk = chunk_cells(block);
  const float* src = arguments.in(0);
  float* means = arguments.out(1);
  float* m2s = means + channels;
  double* running_mean = arguments.out<double>(2);
  double* running_m2 = running_mean + channels;
  float* chunk_mean = reinterpret_cast<float*>(running_m2 + channels);
  float* chunk_sum = chunk_mean + block;
  float* chunk_squares = chunk_sum + block;

  std::fill(running_mean, running_mean + 2 * channels, 0.0);
  for (int64_t picture = 0; picture < maps.pictures; ++picture)
    for (int64_t b = 0; b < maps.blocks; ++b)
      for (int64_t first = 0; first < maps.cells; first += chunk) {
        const int64_t cells = std::min(chunk, maps.cells - first);
        chunk_moments(src + maps.offset(picture, b) + first * block, cells, block, chunk_mean, chunk_sum,
                      chunk_squares);
        const double seen = static_cast<double>(picture * maps.cells + first), count = static_cast<double>(cells);
        const double share = count / (seen + count), weight = seen * share;
        double* mean = running_mean + b * block;
        double* m2 = running_m2 + b * block;
        for (int64_t c = 0; c < block; ++c) {
          const double rest = chunk_sum[c] / count;  // the true mean of the chunk less the rounded one
          const double delta = chunk_mean[c] + rest - mean[c];
          m2[c] += std::max(0.0, chunk_squares[c] - chunk_sum[c] * rest) + delta * delta * weight;
          mean[c] += delta * share;
        }
      }
  for (int64_t c = 0; c < channels; ++c) {
    means[c] = static_cast<float>(running_mean[c]);
    m2s[c] = static_cast<float>(running_m2[c]);
  }
}

Loop<Layout> moments_loop() { return {moments, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(moments_loop);
}

Loop<Layout> norm_moments_loop() { return HWY_DYNAMIC_DISPATCH(moments_loop)(); }

}  // namespace fovea::kernels
#endif
