// y = (x - mean) · scale + beta with scale = inv · gamma, then perhaps max(0, ·) up to a limit.
//
// Taking the mean away first, instead of folding it into beta, keeps what precision x has when |mean| is far above the
// deviation. Scratch: mean, scale, beta of all channels with zeros for padding, so that padding stays zero by itself.
#include <algorithm>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/norm_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/norm_forward.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

template <bool kRelu>
void normalise(const ChannelMaps& maps, const float* src, const float* parameters, float limit, float* dst) {
  const int64_t block = maps.block, channels = maps.padded_channels();
  // Rows of cells inside, vectors of channels outside: the parameters stay in registers for a row.
  const int64_t row = std::max<int64_t>(1, 2048 / block);
  for (int64_t picture = 0; picture < maps.pictures; ++picture)
    for (int64_t b = 0; b < maps.blocks; ++b)
      for (int64_t first = 0; first < maps.cells; first += row) {
        const int64_t cells = std::min(row, maps.cells - first), at = maps.offset(picture, b) + first * block;
        for_vectors(block, [&](auto d, int64_t c) HWY_ATTR {
          const float* channel = parameters + b * block + c;
          const auto mean = hn::LoadU(d, channel), scale = hn::LoadU(d, channel + channels);
          const auto beta = hn::LoadU(d, channel + 2 * channels), zero = hn::Zero(d);
          const auto most = hn::Set(d, limit);
          for (int64_t i = at + c; i < at + c + cells * block; i += block) {
            auto y = hn::MulAdd(hn::Sub(hn::LoadU(d, src + i), mean), scale, beta);
            if (kRelu) {  // a NaN stays
              y = hn::IfThenZeroElse(hn::Lt(y, zero), y);
              y = hn::IfThenElse(hn::Gt(y, most), most, y);
            }
            hn::StoreU(y, d, dst + i);
          }
        });
      }
}

void forward(const NormForwardProblem& problem, const Arguments& arguments, const RunContext&, int64_t) {
  const ChannelMaps maps(problem.src);
  const int64_t padded = maps.padded_channels(), channels = problem.src.c;
  const float* mean = arguments.in(1);
  const float* inv = mean + padded;
  const float* gamma = arguments.in(2);
  const float* beta = arguments.in(3);
  float* parameters = arguments.out(5);
  std::fill(parameters, parameters + 3 * padded, 0.0f);
  for (int64_t c = 0; c < channels; ++c) {
    parameters[c] = mean[c];
    parameters[padded + c] = gamma != nullptr ? inv[c] * gamma[c] : inv[c];
    if (beta != nullptr) parameters[2 * padded + c] = beta[c];
  }
  const auto normalise_tile = problem.relu ? normalise<true> : normalise<false>;
  normalise_tile(maps, arguments.in(0), parameters, problem.limit, arguments.out(4));
}

Loop<NormForwardProblem> forward_loop() { return {forward, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(forward_loop);
}

Loop<NormForwardProblem> norm_forward_loop() { return HWY_DYNAMIC_DISPATCH(forward_loop)(); }

}  // namespace fovea::kernels
#endif
