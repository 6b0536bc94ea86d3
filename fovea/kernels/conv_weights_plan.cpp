// Whether the loop of conv_weights_loop.cpp can serve a problem, and its tables.
#include <algorithm>

#include "fovea/kernels/conv_weights_loop.h"
#include "fovea/kernels/onednn.h"
#include "fovea/tensor/buffer.h"

namespace fovea::kernels {
namespace {

// A chunk's gradients of one tile: half of an L1 cache.
constexpr int64_t kChunkBytes = 16 << 10;
constexpr int64_t kTileVectors = 4;

// Where element (o, i, y, x) of the weights lies. Blocks are of size 1 where an axis has none.
struct WeightsStrides {
  int64_t o_block = 1, o_outer = 1, i_block = 1, i_outer = 1, i_inner = 0, y = 0, x = 0;

  int64_t output(int64_t o) const { return o / o_block * o_outer + o % o_block; }
  int64_t input(int64_t i) const { return i / i_block * i_outer + i % i_block * i_inner; }
};

// Nothing where output channels are not next to one another.
std::optional<WeightsStrides> strides_of(const WeightsLayout& layout) {
  const Shape& shape = layout.shape();
  const int64_t ic = shape[2], oc = shape[3];
  if (layout.impl().plain)
    return WeightsStrides{.o_block = oc, .o_outer = oc, .i_outer = oc, .y = shape[1] * ic * oc, .x = ic * oc};
  const onednn::Blocking b = onednn::blocking(layout.impl().packed);
  if (!b.blocked || b.dims.size() != 4) return {};
  WeightsStrides s{.o_outer = b.strides[0], .i_outer = b.strides[1], .y = b.strides[2], .x = b.strides[3]};
  const std::vector<int64_t>& axes = b.inner_axes;
  if (axes == std::vector<int64_t>{0}) {
    s.o_block = b.inner_sizes[0];
  } else if (axes == std::vector<int64_t>{1, 0}) {
    s.i_block = b.inner_sizes[0];
    s.o_block = s.i_inner = b.inner_sizes[1];
  } else if (axes.empty() && s.o_outer == 1) {
    s.o_block = s.o_outer = oc;
  } else {
    return {};
  }
  return s;
}

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

size_t ConvWeightsProblem::bias_bytes() const {
  return bias ? aligned(sums.size() * static_cast<size_t>(lanes) * sizeof(float)) : 0;
}
size_t ConvWeightsProblem::scratch_bytes() const { return bias_bytes() + (pads() ? aligned(padded.bytes()) : 0); }

KernelPtr conv_weights_loop(const ConvProblem& problem, bool bias, const Layout& src, const Layout& diff_dst,
                            const WeightsLayout& diff_weights, std::string& reason) {
  if (problem.groups != 1) return reason = "no loop for groups", nullptr;
  if (src.dtype != DType::f32 || diff_dst.dtype != DType::f32) return reason = "a loop for float32 alone", nullptr;
  const std::optional<WeightsStrides> strides = strides_of(diff_weights);
  if (!strides) return reason = "no loop for weights in " + diff_weights.name(), nullptr;

  ConvWeightsProblem p{.conv = problem, .bias = bias, .src = src, .diff_dst = diff_dst, .padded = src};
  const int64_t most = conv_weights_lanes_of_cpu();
  p.lanes = most;
  while (p.lanes > 1 && (diff_dst.block % p.lanes != 0 || strides->o_block % p.lanes != 0)) p.lanes /= 2;
  if (p.lanes < std::min<int64_t>(4, most))
    return reason = "no loop for output channels that are not in whole vectors", nullptr;

  const int64_t row_bytes = problem.ow * kTileVectors * p.lanes * int64_t{sizeof(float)};
  const int64_t chunks = ceil_div(problem.oh * row_bytes, kChunkBytes);  // of one picture, about equal
  p.chunk_rows = ceil_div(problem.oh, chunks);
  p.chunk_pictures = std::clamp<int64_t>(kChunkBytes / row_bytes / problem.oh, 1, problem.n);
  if (p.pads())
    p.padded = {p.chunk_pictures, problem.ih + problem.pt + problem.pb, problem.iw + problem.pl + problem.pr,
                problem.ic, src.block};

  for (int64_t o = 0; o < problem.oc; o += p.lanes) {
    p.gradients.push_back(diff_dst.offset(0, 0, 0, o));
    p.sums.push_back(strides->output(o));
  }
  for (int64_t y = 0; y < problem.kh; ++y)
    for (int64_t i = 0; i < problem.ic; ++i)
      for (int64_t x = 0; x < problem.kw; ++x)
        p.taps.push_back({p.padded.offset(0, y * problem.dh, x * problem.dw, i),
                          strides->input(i) + y * strides->y + x * strides->x});
  p.weights_elements = static_cast<int64_t>(diff_weights.bytes() / sizeof(float));
  p.weights_padded = p.weights_elements != diff_weights.shape().elements();
  const size_t scratch = p.scratch_bytes();
  return make_loop_kernel(std::move(p), conv_weights_loop_of_cpu(), 5, scratch);
}

}  // namespace fovea::kernels
