// Keras's ReLU layer with its maximum, slope and threshold: see eltwise.h for its values at the kinks.
#include <limits>

#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/eltwise_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/eltwise_relu.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

void forward(const ReluProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  const float max_value = p.has_max ? p.max_value : std::numeric_limits<float>::infinity();
  for_vectors(p.layout.elements(), [&](auto d, int64_t i) HWY_ATTR {
    const auto x = hn::LoadU(d, src + i), max = hn::Set(d, max_value), threshold = hn::Set(d, p.threshold);
    // Without a slope nothing may be multiplied: 0 · -inf would be NaN.
    auto low = hn::Zero(d);
    if (p.negative_slope != 0) low = hn::Mul(hn::Set(d, p.negative_slope), hn::Sub(x, threshold));
    const auto high = hn::IfThenElse(hn::Gt(x, max), max, x);
    hn::StoreU(hn::IfThenElse(hn::Le(x, threshold), low, high), d, dst + i);
  });
  if (p.threshold != 0) zero_padding(p.layout, dst);
}

void backward(const ReluProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  const float* diff_dst = arguments.in(1);
  float* diff_src = arguments.out(2);
  const bool has_max = p.has_max;
  const bool max_passes = relu_passes_at_max(p);
  const float at_threshold = relu_slope_at_threshold(p);
  for_vectors(p.layout.elements(), [&](auto d, int64_t i) HWY_ATTR {
    const auto x = hn::LoadU(d, src + i), threshold = hn::Set(d, p.threshold), max = hn::Set(d, p.max_value);
    const auto diff = hn::LoadU(d, diff_dst + i), zero = hn::Zero(d);
    auto high = diff;
    if (has_max) high = hn::IfThenElse(max_passes ? hn::Gt(x, max) : hn::Ge(x, max), zero, diff);
    const auto low = hn::IfThenElse(hn::Lt(x, threshold), hn::Set(d, p.negative_slope), hn::Set(d, at_threshold));
    hn::StoreU(hn::IfThenElse(hn::Gt(x, threshold), high, hn::Mul(low, diff)), d, diff_src + i);
  });
}

Loop<ReluProblem> relu_loop(bool is_forward) { return {is_forward ? forward : backward, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(relu_loop);
}

Loop<ReluProblem> relu_forward_loop() { return HWY_DYNAMIC_DISPATCH(relu_loop)(true); }
Loop<ReluProblem> relu_backward_loop() { return HWY_DYNAMIC_DISPATCH(relu_loop)(false); }

}  // namespace fovea::kernels
#endif
