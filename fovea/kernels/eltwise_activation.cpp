// Activations forward and backward, all but gelu. A NaN stays a NaN.
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

constexpr float kSeluScale = 1.05070098735548049f, kSeluScaleAlpha = 1.75809934084737686f;

// e^-|x|, which neither overflows nor cancels, is what the smooth ones are built from.
template <class D, class V>
HWY_INLINE V exp_of_minus_abs(D d, V x) {
  return hn::Exp(d, hn::Neg(hn::Abs(x)));
}

// 1 / (1 + e) for x >= 0, e / (1 + e) below.
template <class D, class V>
HWY_INLINE V sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0f), e = exp_of_minus_abs(d, x);
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e));
}

// Of x + 3, as Keras computes it: where min(max(·, 0), 6) bends is decided behind this rounding.
template <class D, class V>
HWY_INLINE V hard_sigmoid(D d, V x) {
  const V six = hn::Set(d, 6.0f), at = hn::Add(x, hn::Set(d, 3.0f));
  return hn::Div(hn::Min(hn::Max(at, hn::Zero(d)), six), six);
}

// tanh(softplus(x)) = part / whole, in powers of e = e^-|x|.
template <class D, class V>
struct MishRatio {
  V e, part, whole;

  HWY_INLINE MishRatio(D d, V x) {
    const V one = hn::Set(d, 1.0f), two = hn::Set(d, 2.0f);
    e = exp_of_minus_abs(d, x);
    const auto below = hn::Lt(x, hn::Zero(d));
    part = hn::IfThenElse(below, hn::Mul(e, hn::Add(e, two)), hn::MulAdd(two, e, one));
    whole = hn::Add(part, hn::IfThenElse(below, two, hn::Mul(two, hn::Mul(e, e))));
  }
};

template <Activation kActivation, class D, class V>
HWY_INLINE V activate(D d, V x, float alpha) {
  const V zero = hn::Zero(d);
  if constexpr (kActivation == Activation::relu) return hn::IfThenZeroElse(hn::Lt(x, zero), x);
  if constexpr (kActivation == Activation::sigmoid) return hn::IfThenElse(hn::IsNaN(x), x, sigmoid(d, x));
  if constexpr (kActivation == Activation::tanh) return hn::IfThenElse(hn::IsNaN(x), x, hn::Tanh(d, x));
  if constexpr (kActivation == Activation::elu)
    return hn::IfThenElse(hn::Lt(x, zero), hn::Mul(hn::Set(d, alpha), hn::Expm1(d, x)), x);
  if constexpr (kActivation == Activation::selu)
    return hn::IfThenElse(hn::Lt(x, zero), hn::Mul(hn::Set(d, kSeluScaleAlpha), hn::Expm1(d, x)),
                          hn::Mul(hn::Set(d, kSeluScale), x));
  if constexpr (kActivation == Activation::hard_sigmoid) return hn::IfThenElse(hn::IsNaN(x), x, hard_sigmoid(d, x));
  if constexpr (kActivation == Activation::softplus) {
    const V y = hn::Add(hn::Max(x, zero), hn::Log1p(d, exp_of_minus_abs(d, x)));
    return hn::IfThenElse(hn::IsNaN(x), x, y);
  }
  if constexpr (kActivation == Activation::silu) return hn::Mul(x, sigmoid(d, x));
  if constexpr (kActivation == Activation::hard_silu) return hn::Mul(x, hard_sigmoid(d, x));
  if constexpr (kActivation == Activation::mish) {
    const MishRatio<D, V> tanh(d, x);
    return hn::Mul(x, hn::Div(tanh.part, tanh.whole));
  }
  return x;
}

// The gradient at the forward's output y, or at its input: see derivative_from_output.
template <Activation kActivation, class D, class V>
HWY_INLINE V differentiate(D d, V y, V diff, float alpha) {
  const V one = hn::Set(d, 1.0f), zero = hn::Zero(d);
  if constexpr (kActivation == Activation::relu) return hn::IfThenElseZero(hn::Gt(y, zero), diff);
  if constexpr (kActivation == Activation::sigmoid) return hn::Mul(diff, hn::Mul(y, hn::Sub(one, y)));
  if constexpr (kActivation == Activation::tanh) return hn::Mul(diff, hn::NegMulAdd(y, y, one));
  if constexpr (kActivation == Activation::elu)
    return hn::IfThenElse(hn::Gt(y, zero), diff, hn::Mul(diff, hn::Add(y, hn::Set(d, alpha))));
  if constexpr (kActivation == Activation::selu) {
    const V below = hn::Add(y, hn::Set(d, kSeluScaleAlpha)), above = hn::Set(d, kSeluScale);
    return hn::Mul(diff, hn::IfThenElse(hn::Lt(y, zero), below, above));
  }
  if constexpr (kActivation == Activation::hard_sigmoid)
    return hn::IfThenElseZero(hn::And(hn::Gt(y, zero), hn::Lt(y, one)), hn::Div(diff, hn::Set(d, 6.0f)));
  const V x = y;
  if constexpr (kActivation == Activation::softplus) return hn::Mul(diff, sigmoid(d, x));
  if constexpr (kActivation == Activation::silu) {
    const V s = sigmoid(d, x);
    return hn::Mul(diff, hn::MulAdd(hn::Mul(x, s), hn::Sub(one, s), s));
  }
  if constexpr (kActivation == Activation::hard_silu) {
    const V h = hard_sigmoid(d, x);
    const auto slopes = hn::And(hn::Gt(h, zero), hn::Lt(h, one));
    return hn::Mul(diff, hn::Add(h, hn::IfThenElseZero(slopes, hn::Div(x, hn::Set(d, 6.0f)))));
  }
  if constexpr (kActivation == Activation::mish) {
    // tanh + x · (1 - tanh²) · sigmoid(x); the product's last two factors are 4 e (1 + e) / whole², above 0 times e.
    const MishRatio<D, V> tanh(d, x);
    const V e = hn::IfThenElse(hn::Lt(x, zero), tanh.e, hn::Mul(tanh.e, tanh.e));
    const V slope = hn::Div(hn::Mul(hn::Set(d, 4.0f), hn::Mul(e, hn::Add(one, tanh.e))), hn::Mul(tanh.whole, tanh.whole));
    return hn::Mul(diff, hn::MulAdd(x, slope, hn::Div(tanh.part, tanh.whole)));
  }
  return diff;
}

constexpr bool leaves_zero(Activation activation) {
  return activation != Activation::sigmoid && activation != Activation::hard_sigmoid &&
         activation != Activation::softplus;
}

template <Activation kActivation>
void forward(const ActivationProblem& problem, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  const float alpha = problem.alpha;
  for_vectors(problem.layout.elements(), [&](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(activate<kActivation>(d, hn::LoadU(d, src + i), alpha), d, dst + i);
  });
  if (!leaves_zero(kActivation)) zero_padding(problem.layout, dst);
}

template <Activation kActivation>
void backward(const ActivationProblem& problem, const Arguments& arguments, const RunContext&, int64_t) {
  const float* values = arguments.in(0);
  const float* diff_dst = arguments.in(1);
  float* diff_src = arguments.out(2);
  const float alpha = problem.alpha;
  for_vectors(problem.layout.elements(), [&](auto d, int64_t i) HWY_ATTR {
    const auto value = hn::LoadU(d, values + i), diff = hn::LoadU(d, diff_dst + i);
    hn::StoreU(differentiate<kActivation>(d, value, diff, alpha), d, diff_src + i);
  });
}

struct BothWays {
  LoopFunction<ActivationProblem> forward, backward;
};

template <Activation kActivation>
constexpr BothWays both_ways() {
  return {forward<kActivation>, backward<kActivation>};
}

BothWays loops_of(Activation activation) {
  switch (activation) {
    case Activation::linear:
      return both_ways<Activation::linear>();
    case Activation::relu:
      return both_ways<Activation::relu>();
    case Activation::sigmoid:
      return both_ways<Activation::sigmoid>();
    case Activation::tanh:
      return both_ways<Activation::tanh>();
    case Activation::elu:
      return both_ways<Activation::elu>();
    case Activation::selu:
      return both_ways<Activation::selu>();
    case Activation::hard_sigmoid:
      return both_ways<Activation::hard_sigmoid>();
    case Activation::softplus:
      return both_ways<Activation::softplus>();
    case Activation::silu:
      return both_ways<Activation::silu>();
    case Activation::hard_silu:
      return both_ways<Activation::hard_silu>();
    case Activation::mish:
      return both_ways<Activation::mish>();
    case Activation::gelu:  // eltwise_gelu.cpp
      break;
  }
  return {};
}

Loop<ActivationProblem> forward_loop(Activation activation) {
  return {loops_of(activation).forward, hwy::TargetName(HWY_TARGET)};
}

Loop<ActivationProblem> backward_loop(Activation activation) {
  return {loops_of(activation).backward, hwy::TargetName(HWY_TARGET)};
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
