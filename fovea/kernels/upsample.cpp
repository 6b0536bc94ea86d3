// Each cell of dst is a mean of up to four cells of src, with weights that rows and columns have once for all.
#include "fovea/kernels/upsample.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

// Where a row or column of dst comes from: (1 - share) of `low` and share of `high`.
struct Tap {
  int64_t low = 0, high = 0;
  float share = 0;
};

std::vector<Tap> taps(int64_t size, int64_t factor, bool bilinear) {
  std::vector<Tap> all;
  for (int64_t i = 0; i < size * factor; ++i) {
    if (!bilinear) {
      all.push_back({i / factor, i / factor, 0});
      continue;
    }
    const double at = (static_cast<double>(i) + 0.5) / static_cast<double>(factor) - 0.5;
    const auto low = static_cast<int64_t>(std::floor(at));
    all.push_back({std::max<int64_t>(low, 0), std::min(low + 1, size - 1), static_cast<float>(at - static_cast<double>(low))});
  }
  return all;
}

struct UpsampleLoop {
  Layout src, dst;
  std::vector<Tap> rows, columns;
  bool bilinear = false;
};

// The four cells of src (by offset) that a cell of dst comes from, and their weights.
struct Corners {
  int64_t at[4];
  float weights[4];

  Corners(const Layout& src, int64_t n, int64_t channel, const Tap& y, const Tap& x)
      : at{src.offset(n, y.low, x.low, channel), src.offset(n, y.low, x.high, channel),
           src.offset(n, y.high, x.low, channel), src.offset(n, y.high, x.high, channel)},
        weights{(1 - y.share) * (1 - x.share), (1 - y.share) * x.share, y.share * (1 - x.share), y.share * x.share} {}
};

// Calls f(corners, offset in dst) for each block of channels of each cell of dst.
template <class F>
void for_cells(const UpsampleLoop& p, F&& f) {
  for (int64_t n = 0; n < p.dst.n; ++n)
    for (int64_t channel = 0; channel < p.dst.c; channel += p.dst.block)
      for (int64_t h = 0; h < p.dst.h; ++h)
        for (int64_t w = 0; w < p.dst.w; ++w)
          f(Corners(p.src, n, channel, p.rows[static_cast<size_t>(h)], p.columns[static_cast<size_t>(w)]),
            p.dst.offset(n, h, w, channel));
}

void forward(const UpsampleLoop& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  const int64_t block = p.dst.block;
  for_cells(p, [&](const Corners& from, int64_t to) {
    if (!p.bilinear) {
      std::copy_n(src + from.at[0], block, dst + to);
      return;
    }
    for (int64_t c = 0; c < block; ++c)
      dst[to + c] = from.weights[0] * src[from.at[0] + c] + from.weights[1] * src[from.at[1] + c] +
                    from.weights[2] * src[from.at[2] + c] + from.weights[3] * src[from.at[3] + c];
  });
}

void backward(const UpsampleLoop& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* diff_dst = arguments.in(0);
  float* diff_src = arguments.out(1);
  const int64_t block = p.dst.block;
  std::fill_n(diff_src, p.src.elements(), 0.0f);
  for_cells(p, [&](const Corners& to, int64_t from) {
    for (int corner = 0; corner < (p.bilinear ? 4 : 1); ++corner)
      for (int64_t c = 0; c < block; ++c) diff_src[to.at[corner] + c] += to.weights[corner] * diff_dst[from + c];
  });
}

KernelPtr kernel_of(const UpsampleProblem& p, LoopFunction<UpsampleLoop> function) {
  assert(p.src.dtype == DType::f32 && p.sh > 0 && p.sw > 0 && "maps of float32 and whole factors");
  return make_loop_kernel(UpsampleLoop{p.src, p.dst(), taps(p.src.h, p.sh, p.bilinear), taps(p.src.w, p.sw, p.bilinear), p.bilinear},
                          Loop<UpsampleLoop>{function}, 3);
}

}  // namespace

KernelPtr upsample_forward(const UpsampleProblem& problem) { return kernel_of(problem, forward); }
KernelPtr upsample_backward(const UpsampleProblem& problem) { return kernel_of(problem, backward); }

}  // namespace fovea::kernels
