// Softmax over the channels of every cell, forward and backward.
//
// The maximum is taken away first; sums run in double over the channels in order. The channels of a cell lie `block`
// by `block`, cells · block apart.
#include <algorithm>
#include <cmath>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/eltwise.h"
#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

// Calls f(offset) for each real channel, in order, of the cell whose first channel lies at `first`.
template <class F>
void for_channels(const Layout& l, int64_t first, F&& f) {
  const int64_t stride = l.h * l.w * l.block;
  for (int64_t channel = 0; channel < l.c; channel += l.block, first += stride)
    for (int64_t c = 0; c < std::min(l.block, l.c - channel); ++c) f(first + c);
}

template <class F>
void for_cells(const Layout& l, F&& f) {
  for (int64_t n = 0; n < l.n; ++n)
    for (int64_t cell = 0; cell < l.h * l.w; ++cell) f(n * l.picture_elements() + cell * l.block);
}

void forward(const Layout& l, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  for_cells(l, [&](int64_t first) {
    float max = src[first];
    for_channels(l, first, [&](int64_t i) { max = std::max(max, src[i]); });
    double sum = 0;
    for_channels(l, first, [&](int64_t i) {
      dst[i] = std::exp(src[i] - max);
      sum += dst[i];
    });
    for_channels(l, first, [&](int64_t i) { dst[i] = static_cast<float>(dst[i] / sum); });
  });
  zero_padding(l, dst);
}

void backward(const Layout& l, const Arguments& arguments, const RunContext&, int64_t) {
  const float* dst = arguments.in(0);
  const float* diff_dst = arguments.in(1);
  float* diff_src = arguments.out(2);
  for_cells(l, [&](int64_t first) {
    double dot = 0;
    for_channels(l, first, [&](int64_t i) { dot += static_cast<double>(dst[i]) * diff_dst[i]; });
    for_channels(l, first, [&](int64_t i) { diff_src[i] = static_cast<float>(dst[i] * (diff_dst[i] - dot)); });
  });
  zero_padding(l, diff_src);
}

}  // namespace

KernelPtr softmax_forward(const Layout& layout) {
  assert(layout.dtype == DType::f32 && layout.c > 0 && "softmax works on float32 channels");
  return make_loop_kernel(layout, Loop<Layout>{forward}, 3);
}

KernelPtr softmax_backward(const Layout& layout) {
  assert(layout.dtype == DType::f32 && layout.c > 0 && "softmax works on float32 channels");
  return make_loop_kernel(layout, Loop<Layout>{backward}, 4);
}

}  // namespace fovea::kernels
