// The rectifier with learnt slopes, in runs of channels that are contiguous in the layout.
#include "fovea/kernels/prelu.h"

#include <algorithm>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

// Calls f(first channel's offset, channels, its alpha's offset, step from one channel's alpha to the next) for each run.
template <class F>
void for_runs(const PreluProblem& p, F&& f) {
  const Layout& l = p.layout;
  const int64_t c_step = p.alpha.c > 1 ? 1 : 0;
  const int64_t w_step = p.alpha.w > 1 ? p.alpha.c : 0, h_step = p.alpha.h > 1 ? p.alpha.w * p.alpha.c : 0;
  for (int64_t n = 0; n < l.n; ++n)
    for (int64_t channel = 0; channel < l.c; channel += l.block)
      for (int64_t h = 0; h < l.h; ++h)
        for (int64_t w = 0; w < l.w; ++w)
          f(l.offset(n, h, w, channel), std::min(l.block, l.c - channel), h * h_step + w * w_step + channel * c_step, c_step);
}

void forward(const PreluProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float *src = arguments.in(0), *alpha = arguments.in(1);
  float* dst = arguments.out(2);
  for_runs(p, [&](int64_t at, int64_t count, int64_t slope, int64_t step) {
    for (int64_t c = 0; c < count; ++c) {
      const float x = src[at + c];
      dst[at + c] = x > 0 ? x : alpha[slope + c * step] * x;
    }
  });
  zero_padding(p.layout, dst);
}

void backward_data(const PreluProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float *src = arguments.in(0), *alpha = arguments.in(1), *diff_dst = arguments.in(2);
  float* diff_src = arguments.out(3);
  for_runs(p, [&](int64_t at, int64_t count, int64_t slope, int64_t step) {
    for (int64_t c = 0; c < count; ++c) {
      const float x = src[at + c];
      diff_src[at + c] = diff_dst[at + c] * (x > 0 ? 1.0f : x < 0 ? alpha[slope + c * step] : 0.0f);
    }
  });
  zero_padding(p.layout, diff_src);
}

void backward_weights(const PreluProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float *src = arguments.in(0), *diff_dst = arguments.in(1);
  double* sums = arguments.out<double>(3);
  std::fill_n(sums, p.alpha.elements(), 0.0);
  for_runs(p, [&](int64_t at, int64_t count, int64_t slope, int64_t step) {
    for (int64_t c = 0; c < count; ++c)
      sums[slope + c * step] += static_cast<double>(std::min(src[at + c], 0.0f)) * static_cast<double>(diff_dst[at + c]);
  });
  std::transform(sums, sums + p.alpha.elements(), arguments.out(2), [](double sum) { return static_cast<float>(sum); });
}

void check(const PreluProblem& p) {
  const auto fits = [](int64_t alpha, int64_t size) { return alpha == size || alpha == 1; };
  assert(p.layout.dtype == DType::f32 && p.alpha.n == 1 && fits(p.alpha.h, p.layout.h) && fits(p.alpha.w, p.layout.w) &&
         fits(p.alpha.c, p.layout.c) && "alpha has the map's sizes, or 1");
  (void)p;
}

}  // namespace

KernelPtr prelu_forward(const PreluProblem& problem) {
  check(problem);
  return make_loop_kernel(problem, Loop<PreluProblem>{forward}, 4);
}

KernelPtr prelu_backward_data(const PreluProblem& problem) {
  check(problem);
  return make_loop_kernel(problem, Loop<PreluProblem>{backward_data}, 5);
}

KernelPtr prelu_backward_weights(const PreluProblem& problem) {
  check(problem);
  return make_loop_kernel(problem, Loop<PreluProblem>{backward_weights}, 4,
                          static_cast<size_t>(problem.alpha.elements()) * sizeof(double));
}

}  // namespace fovea::kernels
