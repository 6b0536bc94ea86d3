#include "fovea/kernels/broadcast.h"

#include <algorithm>
#include <cassert>

#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

struct BroadcastProblem {
  Layout src, dst;

  // Steps of src from cell to cell; 0 along what is stretched.
  int64_t row() const { return src.h == 1 ? 0 : src.w * src.c; }
  int64_t column() const { return src.w == 1 ? 0 : src.c; }
  int64_t channel() const { return src.c == 1 ? 0 : 1; }
};

// Calls f(first number of src, first of dst, channels) for the cells of every block of channels.
template <class F>
void for_cells(const BroadcastProblem& p, F&& f) {
  for (int64_t n = 0; n < p.dst.n; ++n)
    for (int64_t c = 0; c < p.dst.c; c += p.dst.block)
      for (int64_t y = 0; y < p.dst.h; ++y)
        for (int64_t x = 0; x < p.dst.w; ++x)
          f(n * p.src.h * p.src.w * p.src.c + y * p.row() + x * p.column() + c * p.channel(), p.dst.offset(n, y, x, c),
            std::min(p.dst.block, p.dst.c - c));
}

void stretch(const BroadcastProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  for_cells(p, [&](int64_t from, int64_t to, int64_t channels) {
    if (p.channel() == 1) std::copy_n(src + from, channels, dst + to);
    else std::fill_n(dst + to, channels, src[from]);
    std::fill_n(dst + to + channels, p.dst.block - channels, 0.0f);
  });
}

// One picture after another: its sums are the scratch memory.
void sum(const BroadcastProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* diff_dst = arguments.in(0);
  float* diff_src = arguments.out(1);
  double* sums = arguments.out<double>(2);
  BroadcastProblem one = p;
  one.dst.n = one.src.n = 1;
  const int64_t numbers = p.src.h * p.src.w * p.src.c;
  for (int64_t n = 0; n < p.dst.n; ++n, diff_dst += p.dst.picture_elements(), diff_src += numbers) {
    std::fill_n(sums, numbers, 0.0);
    for_cells(one, [&](int64_t to, int64_t from, int64_t channels) {
      for (int64_t k = 0; k < channels; ++k) sums[to + k * p.channel()] += static_cast<double>(diff_dst[from + k]);
    });
    std::transform(sums, sums + numbers, diff_src, [](double x) { return static_cast<float>(x); });
  }
}

BroadcastProblem checked(const Layout& src, const Layout& dst) {
  assert(src.is_plain() && src.n == dst.n && "plain numbers of the same pictures");
  assert((src.h == dst.h || src.h == 1) && (src.w == dst.w || src.w == 1) && (src.c == dst.c || src.c == 1) && "sizes of 1 stretch");
  return {src, dst};
}

}  // namespace

KernelPtr broadcast(const Layout& src, const Layout& dst) {
  return make_loop_kernel(checked(src, dst), Loop<BroadcastProblem>{stretch}, 3);
}

KernelPtr broadcast_backward(const Layout& src, const Layout& dst) {
  return make_loop_kernel(checked(src, dst), Loop<BroadcastProblem>{sum}, 3, static_cast<size_t>(src.picture_elements()) * sizeof(double));
}

}  // namespace fovea::kernels
