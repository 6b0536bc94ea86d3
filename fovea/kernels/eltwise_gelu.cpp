// gelu, x · Φ(x) with the normal distribution's Φ, forward and from its input backward. Plain loops: Highway has no erf.
#include <cmath>

#include "fovea/kernels/eltwise_loops.h"

namespace fovea::kernels {
namespace {

constexpr float kRootOfHalf = 0.70710678118654752f, kDensityAtZero = 0.39894228040143268f;

// erfc keeps what 1 + erf would cancel below 0.
float normal_below(float x) { return 0.5f * std::erfc(-x * kRootOfHalf); }

void forward(const ActivationProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  for (int64_t i = 0; i < p.layout.elements(); ++i) dst[i] = src[i] * normal_below(src[i]);
}

void backward(const ActivationProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  const float* diff_dst = arguments.in(1);
  float* diff_src = arguments.out(2);
  for (int64_t i = 0; i < p.layout.elements(); ++i) {
    const float x = src[i], density = kDensityAtZero * std::exp(-0.5f * x * x);
    diff_src[i] = diff_dst[i] * (normal_below(x) + x * density);
  }
}

}  // namespace

Loop<ActivationProblem> gelu_forward_loop() { return {forward}; }
Loop<ActivationProblem> gelu_backward_loop() { return {backward}; }

}  // namespace fovea::kernels
