// The sum over all pictures and pixels, for every weight, of one input number times one gradient:
//
//   diff_weights(y, x, i, o) = Σ src(n, oh · sh + y · dh - pt, ow · sw + x · dw - pl, i) · diff_dst(n, oh, ow, o)
//
// Vectors run over output channels. The sums of a tile of kTaps inputs times kVectors vectors stay in registers for a
// whole chunk of rows: 3 x 4 fills AVX2's sixteen (12 sums, 3 inputs, 1 vector of gradients), and a pixel needs 3 + 4
// loads for 12 products, so the products are the limit. A chunk is small enough for its gradients to stay in an L1
// cache. Where there is padding, a chunk's pictures are copied with it, so that the loop knows no borders.
//
// Sums are made in a fixed order: chunk after chunk; pictures, rows, columns. The caller promises that padding channels
// of diff_dst are zero: padding of diff_weights comes out as zero then.

// Sums are arrays of vectors, which vectors without a fixed size cannot be in. (SSSE3: as in fovea/CMakeLists.txt.)
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#include "fovea/kernels/conv_weights_loop.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/conv_weights_loop.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Pictures and rows of output, from the first one's inputs and gradients on.
struct Chunk {
  const ConvWeightsProblem& p;
  const float* src;
  const float* diff_dst;
  float* weights;
  float* bias;
  int64_t pictures, rows;
  bool first;  // sums are written, not added to
};

template <int64_t kTaps, int64_t kVectors, class D>
HWY_NOINLINE void add_tile(D d, const Chunk& chunk, const ConvTap* taps, size_t vector) {
  const ConvWeightsProblem& p = chunk.p;
  const int64_t src_pixel = p.conv.sw * p.padded.block, dst_pixel = p.diff_dst.block;
  const int64_t src_skip = p.conv.sh * p.padded.w * p.padded.block - p.conv.ow * src_pixel;

  int64_t inputs[kTaps], gradients[kVectors];
  hn::Vec<D> sums[kTaps][kVectors];
  for (int64_t v = 0; v < kVectors; ++v) gradients[v] = p.gradients[vector + v];
  for (int64_t t = 0; t < kTaps; ++t) {
    inputs[t] = taps[t].input;
    for (int64_t v = 0; v < kVectors; ++v)
      sums[t][v] = chunk.first ? hn::Zero(d) : hn::LoadU(d, chunk.weights + taps[t].sum + p.sums[vector + v]);
  }
  for (int64_t n = 0; n < chunk.pictures; ++n) {
    const float* s = chunk.src + n * p.padded.picture_elements();
    const float* g = chunk.diff_dst + n * p.diff_dst.picture_elements();
    for (int64_t oh = chunk.rows; oh > 0; --oh, s += src_skip)
      for (int64_t ow = p.conv.ow; ow > 0; --ow, s += src_pixel, g += dst_pixel) {
        // The smaller side is held in registers, the other one streams through one of them.
        if constexpr (kTaps < kVectors) {
          hn::Vec<D> held[kTaps];
          for (int64_t t = 0; t < kTaps; ++t) held[t] = hn::Set(d, s[inputs[t]]);
          for (int64_t v = 0; v < kVectors; ++v) {
            const auto gradient = hn::LoadU(d, g + gradients[v]);
            for (int64_t t = 0; t < kTaps; ++t) sums[t][v] = hn::MulAdd(held[t], gradient, sums[t][v]);
          }
        } else {
          hn::Vec<D> held[kVectors];
          for (int64_t v = 0; v < kVectors; ++v) held[v] = hn::LoadU(d, g + gradients[v]);
          for (int64_t t = 0; t < kTaps; ++t) {
            const auto input = hn::Set(d, s[inputs[t]]);
            for (int64_t v = 0; v < kVectors; ++v) sums[t][v] = hn::MulAdd(input, held[v], sums[t][v]);
          }
        }
      }
  }
  for (int64_t t = 0; t < kTaps; ++t)
    for (int64_t v = 0; v < kVectors; ++v) hn::StoreU(sums[t][v], d, chunk.weights + taps[t].sum + p.sums[vector + v]);
}

template <int64_t kVectors, class D>
void add_bias(D d, const Chunk& chunk, size_t vector) {
  const ConvWeightsProblem& p = chunk.p;
  float* at = chunk.bias + static_cast<int64_t>(vector) * p.lanes;
  hn::Vec<D> sums[kVectors];
  for (int64_t v = 0; v < kVectors; ++v) sums[v] = chunk.first ? hn::Zero(d) : hn::LoadU(d, at + v * p.lanes);
  for (int64_t n = 0; n < chunk.pictures; ++n) {
    const float* g = chunk.diff_dst + n * p.diff_dst.picture_elements();
    for (int64_t pixel = chunk.rows * p.conv.ow; pixel > 0; --pixel, g += p.diff_dst.block)
      for (int64_t v = 0; v < kVectors; ++v)
        sums[v] = hn::Add(sums[v], hn::LoadU(d, g + p.gradients[vector + static_cast<size_t>(v)]));
  }
  for (int64_t v = 0; v < kVectors; ++v) hn::StoreU(sums[v], d, at + v * p.lanes);
}

// All weights of kVectors vectors of output channels.
template <int64_t kVectors, class D>
void add_group(D d, const Chunk& chunk, size_t vector) {
  if (chunk.bias) add_bias<kVectors>(d, chunk, vector);
  constexpr int64_t kTaps = HWY_TARGET <= HWY_AVX3 || kVectors <= 2 ? 6 : 3;
  const ConvTap* tap = chunk.p.taps.data();
  const ConvTap* const end = tap + chunk.p.taps.size();
  for (; tap + kTaps <= end; tap += kTaps) add_tile<kTaps, kVectors>(d, chunk, tap, vector);
  for (; tap + 3 <= end; tap += 3) add_tile<3, kVectors>(d, chunk, tap, vector);
  for (; tap < end; ++tap) add_tile<1, kVectors>(d, chunk, tap, vector);
}

template <size_t kLanes>
void add_chunk(const Chunk& chunk) {
  const hn::CappedTag<float, kLanes> d;
  const size_t vectors = chunk.p.sums.size();
  size_t vector = 0;
  for (; vector + 4 <= vectors; vector += 4) add_group<4>(d, chunk, vector);
  if (vectors - vector == 3) add_group<3>(d, chunk, vector);
  if (vectors - vector == 2) add_group<2>(d, chunk, vector);
  if (vectors - vector == 1) add_group<1>(d, chunk, vector);
}

// Copies pictures into the middle of padded ones, whose borders are zero already.
void copy_pictures(const ConvWeightsProblem& p, const float* src, int64_t pictures, float* padded) {
  const int64_t row = p.src.w * p.src.block, padded_row = p.padded.w * p.padded.block;
  float* dst = padded + p.conv.pt * padded_row + p.conv.pl * p.padded.block;
  for (int64_t map = 0; map < pictures * p.src.blocks(); ++map, dst += p.padded.h * padded_row)
    for (int64_t h = 0; h < p.src.h; ++h, src += row)
      std::memcpy(dst + h * padded_row, src, static_cast<size_t>(row) * sizeof(float));
}

void conv_weights(const ConvWeightsProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  const float* diff_dst = arguments.in(1);
  float* bias = p.bias ? arguments.out(4) : nullptr;
  float* padded = p.pads() ? arguments.out(4) + p.bias_bytes() / sizeof(float) : nullptr;
  Chunk chunk{p, nullptr, nullptr, arguments.out(2), bias, 0, 0, true};
  if (p.weights_padded) std::fill_n(chunk.weights, p.weights_elements, 0.0f);
  if (padded) std::fill_n(padded, p.padded.elements(), 0.0f);

  for (int64_t n = 0; n < p.conv.n; n += p.chunk_pictures) {
    chunk.pictures = std::min(p.chunk_pictures, p.conv.n - n);
    const float* pictures = src + n * p.src.picture_elements();
    if (padded) copy_pictures(p, pictures, chunk.pictures, padded);
    for (int64_t oh = 0; oh < p.conv.oh; oh += p.chunk_rows) {
      chunk.rows = std::min(p.chunk_rows, p.conv.oh - oh);
      chunk.src = (padded ? padded : pictures) + oh * p.conv.sh * p.padded.w * p.padded.block;
      chunk.diff_dst = diff_dst + n * p.diff_dst.picture_elements() + oh * p.conv.ow * p.diff_dst.block;
      if (p.lanes == 16)
        add_chunk<16>(chunk);
      else if (p.lanes == 8)
        add_chunk<8>(chunk);
      else
        add_chunk<4>(chunk);
      chunk.first = false;
    }
  }
  if (p.bias) std::copy_n(bias, p.conv.oc, arguments.out(3));
}

Loop<ConvWeightsProblem> loop() { return {conv_weights, hwy::TargetName(HWY_TARGET)}; }
int64_t lanes() { return static_cast<int64_t>(hn::Lanes(hn::CappedTag<float, 16>())); }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(loop);
HWY_EXPORT(lanes);
}  // namespace

Loop<ConvWeightsProblem> conv_weights_loop_of_cpu() { return HWY_DYNAMIC_DISPATCH(loop)(); }
int64_t conv_weights_lanes_of_cpu() { return HWY_DYNAMIC_DISPATCH(lanes)(); }

}  // namespace fovea::kernels
#endif
