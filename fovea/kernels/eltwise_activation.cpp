// linear, relu, sigmoid and tanh, forward and, from the forward's output, backward. A NaN stays a NaN.
#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/eltwise_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/eltwise_activation.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"
#include "hwy/contrib/math/math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

template <Activation kActivation, class D, class V>
HWY_INLINE V activate(D d, V x) {
  if constexpr (kActivation == Activation::relu) return hn::IfThenZeroElse(hn::Lt(x, hn::Zero(d)), x);
  if constexpr (kActivation == Activation::sigmoid) {
    // e^-|x| neither overflows nor cancels: 1 / (1 + e) for x >= 0, e / (1 + e) below.
    const V one = hn::Set(d, 1.0f), e = hn::Exp(d, hn::Neg(hn::Abs(x)));
    const V y = hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e));
    return hn::IfThenElse(hn::IsNaN(x), x, y);
  }
  if constexpr (kActivation == Activation::tanh) return hn::IfThenElse(hn::IsNaN(x), x, hn::Tanh(d, x));
  return x;
}

// The gradient at the forward's output y.
template <Activation kActivation, class D, class V>
HWY_INLINE V differentiate(D d, V y, V diff) {
  const V one = hn::Set(d, 1.0f);
  if constexpr (kActivation == Activation::relu) return hn::IfThenElseZero(hn::Gt(y, hn::Zero(d)), diff);
  if constexpr (kActivation == Activation::sigmoid) return hn::Mul(diff, hn::Mul(y, hn::Sub(one, y)));
  if constexpr (kActivation == Activation::tanh) return hn::Mul(diff, hn::NegMulAdd(y, y, one));
  return diff;
}

template <Activation kActivation>
void forward(const ActivationProblem& problem, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  for_vectors(problem.layout.elements(), [&](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(activate<kActivation>(d, hn::LoadU(d, src + i)), d, dst + i);
  });
  if (kActivation == Activation::sigmoid) zero_padding(problem.layout, dst);
}

template <Activation kActivation>
void backward(const ActivationProblem& problem, const Arguments& arguments, const RunContext&, int64_t) {
  const float* dst = arguments.in(0);
  const float* diff_dst = arguments.in(1);
  float* diff_src = arguments.out(2);
  for_vectors(problem.layout.elements(), [&](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(differentiate<kActivation>(d, hn::LoadU(d, dst + i), hn::LoadU(d, diff_dst + i)), d, diff_src + i);
  });
}

Loop<ActivationProblem> forward_loop(Activation activation) {
  const char* target = hwy::TargetName(HWY_TARGET);
  switch (activation) {
    case Activation::linear:
      return {forward<Activation::linear>, target};
    case Activation::relu:
      return {forward<Activation::relu>, target};
    case Activation::sigmoid:
      return {forward<Activation::sigmoid>, target};
    case Activation::tanh:
      return {forward<Activation::tanh>, target};
  }
  return {};
}

Loop<ActivationProblem> backward_loop(Activation activation) {
  const char* target = hwy::TargetName(HWY_TARGET);
  switch (activation) {
    case Activation::linear:
      return {backward<Activation::linear>, target};
    case Activation::relu:
      return {backward<Activation::relu>, target};
    case Activation::sigmoid:
      return {backward<Activation::sigmoid>, target};
    case Activation::tanh:
      return {backward<Activation::tanh>, target};
  }
  return {};
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(forward_loop);
HWY_EXPORT(backward_loop);
}  // namespace

Loop<ActivationProblem> activation_forward_loop(Activation activation) {
  return HWY_DYNAMIC_DISPATCH(forward_loop)(activation);
}

Loop<ActivationProblem> activation_backward_loop(Activation activation) {
  return HWY_DYNAMIC_DISPATCH(backward_loop)(activation);
}

}  // namespace fovea::kernels
#endif
