// Normalisation of rows: the channels of one cell, which lie in one piece, or in blocks cells · block apart.
//
// Sums are those of x minus the row's first number, then of (x - mean)²: what rounds is of the size of the deviation, not
// of the mean. At most 4096 numbers are summed in float, these sums in double. Statistics: mean and inv, row by row.
#include <algorithm>
#include <cmath>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/picture_norm_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/picture_norm_rows.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

template <size_t kLanes, class F>
HWY_INLINE int64_t sum_vectors_of(int64_t i, int64_t count, double& total, F&& f) {
  const hn::CappedTag<float, kLanes> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  if (i + lanes > count) return i;
  auto s0 = hn::Zero(d), s1 = s0;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    s0 = hn::Add(s0, f(d, i));
    s1 = hn::Add(s1, f(d, i + lanes));
  }
  for (; i + lanes <= count; i += lanes) s0 = hn::Add(s0, f(d, i));
  total += hn::GetLane(hn::SumOfLanes(d, hn::Add(s0, s1)));
  return i;
}

// Calls f(first channel, its offset, channels) for the pieces of the row at `row`.
template <class F>
HWY_INLINE void for_pieces(const Layout& layout, const ChannelMaps& maps, int64_t row, F&& f) {
  for (int64_t b = 0; b < maps.blocks; ++b)
    f(b * maps.block, row + b * maps.cells * maps.block, std::min(maps.block, layout.c - b * maps.block));
}

// Σ f(d, channel, offset) over a row.
template <class F>
HWY_INLINE double sum_row(const Layout& layout, const ChannelMaps& maps, int64_t row, F&& f) {
  constexpr int64_t kMost = 4096;
  constexpr size_t kLanes = HWY_MAX_BYTES / sizeof(float);
  double total = 0;
  for_pieces(layout, maps, row, [&](int64_t channel, int64_t at, int64_t channels) HWY_ATTR {
    for (int64_t first = 0; first < channels; first += kMost) {
      const int64_t count = std::min(kMost, channels - first);
      const auto g = [&](auto d, int64_t i) HWY_ATTR { return f(d, channel + first + i, at + first + i); };
      int64_t i = sum_vectors_of<kLanes>(0, count, total, g);
      if constexpr (kLanes > 8) i = sum_vectors_of<8>(i, count, total, g);
      if constexpr (kLanes > 4) i = sum_vectors_of<4>(i, count, total, g);
      if constexpr (kLanes > 1) sum_vectors_of<1>(i, count, total, g);
    }
  });
  return total;
}

// Calls f(row, number) for every row: where it begins, and which it is.
template <class F>
HWY_INLINE void for_rows(const ChannelMaps& maps, F&& f) {
  for (int64_t picture = 0; picture < maps.pictures; ++picture)
    for (int64_t cell = 0; cell < maps.cells; ++cell)
      f(maps.offset(picture, 0) + cell * maps.block, picture * maps.cells + cell);
}

template <class D>
HWY_INLINE hn::Vec<D> load_or(D d, const float* values, int64_t at, float otherwise) {
  return values != nullptr ? hn::LoadU(d, values + at) : hn::Set(d, otherwise);
}

void forward(const RowNormProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const Layout& layout = p.src;
  const ChannelMaps maps(layout);
  const float* src = arguments.in(0);
  const float* gamma = arguments.in(1);
  const float* beta = arguments.in(2);
  float* dst = arguments.out(3);
  float* statistics = arguments.out(4);
  const double count = static_cast<double>(layout.c);
  for_rows(maps, [&](int64_t row, int64_t number) HWY_ATTR {
    const float first = src[row];
    const double sum = sum_row(layout, maps, row, [&](auto d, int64_t, int64_t i) HWY_ATTR {
      return hn::Sub(hn::LoadU(d, src + i), hn::Set(d, first));
    });
    const float mean = static_cast<float>(first + sum / count);
    const double squares = sum_row(layout, maps, row, [&](auto d, int64_t, int64_t i) HWY_ATTR {
      const auto x = hn::Sub(hn::LoadU(d, src + i), hn::Set(d, mean));
      return hn::Mul(x, x);
    });
    const float inv = static_cast<float>(1 / std::sqrt(squares / count + p.epsilon));
    statistics[2 * number] = mean;
    statistics[2 * number + 1] = inv;
    const float middle = p.rms ? 0 : mean;
    for_pieces(layout, maps, row, [&](int64_t channel, int64_t at, int64_t channels) HWY_ATTR {
      for_vectors(channels, [&](auto d, int64_t i) HWY_ATTR {
        const auto x = hn::Mul(hn::Sub(hn::LoadU(d, src + at + i), hn::Set(d, middle)), hn::Set(d, inv));
        auto y = hn::MulAdd(x, load_or(d, gamma, channel + i, 1), load_or(d, beta, channel + i, 0));
        if (p.relu) y = hn::IfThenZeroElse(hn::Lt(y, hn::Zero(d)), y);  // a NaN stays
        hn::StoreU(y, d, dst + at + i);
      });
    });
  });
  zero_padding(layout, dst);
}

void backward_by_src(const RowNormProblem& p, const Arguments& arguments, float* diff_src) {
  const Layout& layout = p.src;
  const ChannelMaps maps(layout);
  const float* src = arguments.in(0);
  const float* statistics = arguments.in(1);
  const float* gamma = arguments.in(2);
  const float* diff_dst = arguments.in(3);
  const double count = static_cast<double>(layout.c);
  for_rows(maps, [&](int64_t row, int64_t number) HWY_ATTR {
    const float mean = statistics[2 * number], inv = statistics[2 * number + 1], middle = p.rms ? 0 : mean;
    const auto g = [&](auto d, int64_t channel, int64_t i) HWY_ATTR {
      return hn::Mul(hn::LoadU(d, diff_dst + i), load_or(d, gamma, channel, 1));
    };
    const double of_g = p.rms ? 0 : sum_row(layout, maps, row, g);
    const double of_gx = sum_row(layout, maps, row, [&](auto d, int64_t channel, int64_t i) HWY_ATTR {
      return hn::Mul(g(d, channel, i), hn::Sub(hn::LoadU(d, src + i), hn::Set(d, middle)));
    });
    const float offset = static_cast<float>(of_g / count);
    const float slope = static_cast<float>(of_gx * inv * inv / count);
    for_pieces(layout, maps, row, [&](int64_t channel, int64_t at, int64_t channels) HWY_ATTR {
      for_vectors(channels, [&](auto d, int64_t i) HWY_ATTR {
        const auto x = hn::Sub(hn::LoadU(d, src + at + i), hn::Set(d, mean));
        const auto dx = hn::NegMulAdd(x, hn::Set(d, slope), hn::Sub(g(d, channel + i, at + i), hn::Set(d, offset)));
        hn::StoreU(hn::Mul(dx, hn::Set(d, inv)), d, diff_src + at + i);
      });
    });
  });
  zero_padding(layout, diff_src);
}

// Σ dy · x̂ and Σ dy of every channel over all rows: 256 rows in float, these sums in double.
void backward_by_weights(const RowNormProblem& p, const Arguments& arguments, float* diff_gamma, float* diff_beta) {
  const Layout& layout = p.src;
  const ChannelMaps maps(layout);
  const float* src = arguments.in(0);
  const float* statistics = arguments.in(1);
  const float* diff_dst = arguments.in(3);
  double* of_dyx = arguments.out<double>(7);
  double* of_dy = of_dyx + layout.c;
  constexpr int64_t kMost = 256;
  std::fill(of_dyx, of_dyx + 2 * layout.c, 0.0);
  for (int64_t picture = 0; picture < maps.pictures; ++picture)
    for (int64_t first = 0; first < maps.cells; first += kMost) {
      const int64_t cells = std::min(kMost, maps.cells - first);
      const float* of_rows = statistics + 2 * (picture * maps.cells + first);
      for_pieces(layout, maps, maps.offset(picture, 0) + first * maps.block,
                 [&](int64_t channel, int64_t at, int64_t channels) HWY_ATTR {
                   for_vectors(channels, [&](auto d, int64_t c) HWY_ATTR {
                     auto gamma = hn::Zero(d), beta = gamma;
                     for (int64_t cell = 0, i = at + c; cell < cells; ++cell, i += maps.block) {
                       const auto middle = hn::Set(d, p.rms ? 0 : of_rows[2 * cell]);
                       const auto inv = hn::Set(d, of_rows[2 * cell + 1]), dy = hn::LoadU(d, diff_dst + i);
                       const auto x = hn::Mul(hn::Sub(hn::LoadU(d, src + i), middle), inv);
                       gamma = hn::MulAdd(dy, x, gamma);
                       beta = hn::Add(beta, dy);
                     }
                     alignas(64) float sums[2][HWY_MAX_BYTES / sizeof(float)];
                     hn::StoreU(gamma, d, sums[0]);
                     hn::StoreU(beta, d, sums[1]);
                     for (size_t lane = 0; lane < hn::Lanes(d); ++lane) {
                       of_dyx[channel + c + static_cast<int64_t>(lane)] += sums[0][lane];
                       of_dy[channel + c + static_cast<int64_t>(lane)] += sums[1][lane];
                     }
                   });
                 });
    }
  for (int64_t c = 0; c < layout.c; ++c) {
    if (diff_gamma != nullptr) diff_gamma[c] = static_cast<float>(of_dyx[c]);
    if (diff_beta != nullptr) diff_beta[c] = static_cast<float>(of_dy[c]);
  }
}

void backward(const RowNormProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  if (arguments.out(4) != nullptr) backward_by_src(p, arguments, arguments.out(4));
  if (arguments.out(5) != nullptr || arguments.out(6) != nullptr)
    backward_by_weights(p, arguments, arguments.out(5), arguments.out(6));
}

Loop<RowNormProblem> forward_loop() { return {forward, hwy::TargetName(HWY_TARGET)}; }
Loop<RowNormProblem> backward_loop() { return {backward, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(forward_loop);
HWY_EXPORT(backward_loop);
}  // namespace

Loop<RowNormProblem> row_norm_forward_loop() { return HWY_DYNAMIC_DISPATCH(forward_loop)(); }
Loop<RowNormProblem> row_norm_backward_loop() { return HWY_DYNAMIC_DISPATCH(backward_loop)(); }

}  // namespace fovea::kernels
#endif
