// The optimizers' loops: one pass over gradient, weights and state. Element by element, so any layout of weights serves.
#include "fovea/kernels/loop_kernel.h"
#include "fovea/train/optimizer.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/train/optimizer_update.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using kernels::Arguments;
using kernels::RunContext;
using kernels::HWY_NAMESPACE::for_vectors;

template <class D>
using V = hn::Vec<D>;

// The gradient as the rule sees it: scaled (clipping by norm) and clipped by value; the weights behind their decay.
template <class D>
HWY_INLINE V<D> gradient_at(D d, const UpdateProblem& p, const float* gradient, float scale, int64_t i) {
  auto g = hn::Mul(hn::LoadU(d, gradient + i), hn::Set(d, scale));
  if (p.clipvalue > 0) g = hn::Clamp(g, hn::Set(d, -p.clipvalue), hn::Set(d, p.clipvalue));
  return g;
}
template <class D>
HWY_INLINE V<D> weights_at(D d, const UpdateProblem& p, const float* weights, int64_t i) {
  const auto w = hn::LoadU(d, weights + i);
  return p.numbers->decay > 0 ? hn::NegMulAdd(w, hn::Set(d, p.numbers->decay), w) : w;
}

void sgd(const UpdateProblem& p, const Arguments& a, const RunContext&, int64_t) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  const bool moves = p.momentum > 0;
  float* velocity = moves ? a.out(2) : nullptr;
  const float scale = *a.in(moves ? 3 : 2), lr = p.numbers->learning_rate;
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto step = hn::Mul(gradient_at(d, p, gradient, scale, i), hn::Set(d, lr));
    auto w = weights_at(d, p, weights, i);
    if (moves) {
      const auto v = hn::MulSub(hn::LoadU(d, velocity + i), hn::Set(d, p.momentum), step);
      hn::StoreU(v, d, velocity + i);
      w = p.nesterov ? hn::Sub(hn::MulAdd(v, hn::Set(d, p.momentum), w), step) : hn::Add(w, v);
    } else {
      w = hn::Sub(w, step);
    }
    hn::StoreU(w, d, weights + i);
  });
}

void rmsprop(const UpdateProblem& p, const Arguments& a, const RunContext&, int64_t) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  float* squares = a.out(2);
  size_t next = 3;
  float* velocity = p.momentum > 0 ? a.out(next++) : nullptr;
  float* average = p.centered ? a.out(next++) : nullptr;
  const float scale = *a.in(next), lr = p.numbers->learning_rate;
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto g = gradient_at(d, p, gradient, scale, i);
    const auto rest = hn::Set(d, p.rest_rho), rho = hn::Set(d, p.rho);
    const auto v = hn::MulAdd(rho, hn::LoadU(d, squares + i), hn::Mul(rest, hn::Mul(g, g)));
    hn::StoreU(v, d, squares + i);
    auto denominator = v;
    if (average != nullptr) {
      const auto mean = hn::MulAdd(rho, hn::LoadU(d, average + i), hn::Mul(rest, g));
      hn::StoreU(mean, d, average + i);
      denominator = hn::NegMulAdd(mean, mean, v);
    }
    denominator = hn::Sqrt(hn::Add(denominator, hn::Set(d, p.epsilon)));
    auto step = hn::Div(hn::Mul(hn::Set(d, lr), g), denominator);
    if (velocity != nullptr) {
      step = hn::MulAdd(hn::LoadU(d, velocity + i), hn::Set(d, p.momentum), step);
      hn::StoreU(step, d, velocity + i);
    }
    hn::StoreU(hn::Sub(weights_at(d, p, weights, i), step), d, weights + i);
  });
}

void adam(const UpdateProblem& p, const Arguments& a, const RunContext&, int64_t) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  float* first = a.out(2);
  float* second = a.out(3);
  float* largest = p.amsgrad ? a.out(4) : nullptr;
  const float scale = *a.in(p.amsgrad ? 5 : 4);
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto g = gradient_at(d, p, gradient, scale, i);
    auto m = hn::LoadU(d, first + i), v = hn::LoadU(d, second + i);
    m = hn::MulAdd(hn::Sub(g, m), hn::Set(d, p.rest_beta_1), m);
    v = hn::MulAdd(hn::Sub(hn::Mul(g, g), v), hn::Set(d, p.rest_beta_2), v);
    hn::StoreU(m, d, first + i);
    hn::StoreU(v, d, second + i);
    if (largest != nullptr) {
      v = hn::Max(v, hn::LoadU(d, largest + i));
      hn::StoreU(v, d, largest + i);
    }
    const auto step = hn::Div(hn::Mul(m, hn::Set(d, p.numbers->step_size)), hn::Add(hn::Sqrt(v), hn::Set(d, p.epsilon)));
    hn::StoreU(hn::Sub(weights_at(d, p, weights, i), step), d, weights + i);
  });
}

kernels::Loop<UpdateProblem> update_of_target(OptimizerKind kind) {
  return {kind == OptimizerKind::sgd ? sgd : kind == OptimizerKind::rmsprop ? rmsprop : adam, hwy::TargetName(HWY_TARGET)};
}

}  // namespace
}  // namespace fovea::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea {
namespace {
HWY_EXPORT(update_of_target);
}  // namespace

size_t UpdateProblem::slots() const {
  switch (kind) {
    case OptimizerKind::sgd: return momentum > 0 ? 1 : 0;
    case OptimizerKind::rmsprop: return size_t{1} + (momentum > 0 ? 1 : 0) + (centered ? 1 : 0);
    case OptimizerKind::adam: return amsgrad ? 3 : 2;
  }
  return 0;
}

kernels::KernelPtr update_kernel(const UpdateProblem& problem) {
  // Gradient, weights, slots, scale, scratch.
  return kernels::make_loop_kernel(problem, HWY_DYNAMIC_DISPATCH(update_of_target)(problem.kind), problem.slots() + 4);
}

}  // namespace fovea
#endif
