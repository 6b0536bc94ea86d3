#include "fovea/kernels/random_colour.h"

#include <algorithm>

#include "fovea/base/random.h"
#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

float drawn(const RandomColourProblem& p, const RunContext& context, int64_t row) {
  RandomStream random(context.seed, p.stream, static_cast<uint64_t>(context.epoch),
                      static_cast<uint64_t>(context.position + row));
  return static_cast<float>(p.low + (p.high - p.low) * random.unit_double());
}

// Calls f(first number of a channel of a picture, its number, what was drawn) for all of both.
template <class F>
void for_channels(const RandomColourProblem& p, const RunContext& context, int64_t first_row, F&& f) {
  for (int64_t n = 0; n < p.src.n; ++n) {
    const float number = drawn(p, context, first_row + n);
    for (int64_t c = 0; c < p.src.c; ++c) f(n * p.src.h * p.src.w * p.src.c + c, number);
  }
}

// The mean of values(i) over the cells of a channel.
template <class F>
float mean_of(const RandomColourProblem& p, int64_t first, F&& values) {
  double sum = 0;
  const int64_t cells = p.src.h * p.src.w;
  for (int64_t i = 0; i < cells; ++i) sum += values(first + i * p.src.c);
  return static_cast<float>(sum / static_cast<double>(cells));
}

bool within(const RandomColourProblem& p, float x) { return x >= p.range_low && x <= p.range_high; }

void contrast(const RandomColourProblem& p, const Arguments& arguments, const RunContext& context, int64_t first_row) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  for_channels(p, context, first_row, [&](int64_t first, float factor) {
    const float mean = mean_of(p, first, [&](int64_t i) { return src[i]; });
    for (int64_t i = first, end = first + p.src.h * p.src.w * p.src.c; i < end; i += p.src.c)
      dst[i] = std::clamp((src[i] - mean) * factor + mean, p.range_low, p.range_high);
  });
}

// A number moves its own result by the factor, and all results of its channel by what their mean keeps of it.
void contrast_backward(const RandomColourProblem& p, const Arguments& arguments, const RunContext& context,
                       int64_t first_row) {
  const float *src = arguments.in(0), *diff_dst = arguments.in(1);
  float* diff_src = arguments.out(2);
  for_channels(p, context, first_row, [&](int64_t first, float factor) {
    const float mean = mean_of(p, first, [&](int64_t i) { return src[i]; });
    const auto passed = [&](int64_t i) { return within(p, (src[i] - mean) * factor + mean) ? diff_dst[i] : 0.0f; };
    const float shared = mean_of(p, first, passed) * (1 - factor);
    for (int64_t i = first, end = first + p.src.h * p.src.w * p.src.c; i < end; i += p.src.c)
      diff_src[i] = factor * passed(i) + shared;
  });
}

void brightness(const RandomColourProblem& p, const Arguments& arguments, const RunContext& context,
                int64_t first_row) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  for_channels(p, context, first_row, [&](int64_t first, float delta) {
    for (int64_t i = first, end = first + p.src.h * p.src.w * p.src.c; i < end; i += p.src.c)
      dst[i] = std::clamp(src[i] + delta, p.range_low, p.range_high);
  });
}

void brightness_backward(const RandomColourProblem& p, const Arguments& arguments, const RunContext& context,
                         int64_t first_row) {
  const float *src = arguments.in(0), *diff_dst = arguments.in(1);
  float* diff_src = arguments.out(2);
  for_channels(p, context, first_row, [&](int64_t first, float delta) {
    for (int64_t i = first, end = first + p.src.h * p.src.w * p.src.c; i < end; i += p.src.c)
      diff_src[i] = within(p, src[i] + delta) ? diff_dst[i] : 0.0f;
  });
}

KernelPtr kernel_of(const RandomColourProblem& problem, LoopFunction<RandomColourProblem> function, size_t arguments) {
  assert(problem.src.is_plain() && problem.src.dtype == DType::f32 && "plain pictures of float32");
  return make_loop_kernel(problem, Loop<RandomColourProblem>{function}, arguments);
}

}  // namespace

KernelPtr random_contrast_forward(const RandomColourProblem& p) { return kernel_of(p, contrast, 3); }
KernelPtr random_contrast_backward(const RandomColourProblem& p) { return kernel_of(p, contrast_backward, 4); }
KernelPtr random_brightness_forward(const RandomColourProblem& p) { return kernel_of(p, brightness, 3); }
KernelPtr random_brightness_backward(const RandomColourProblem& p) { return kernel_of(p, brightness_backward, 4); }

}  // namespace fovea::kernels
