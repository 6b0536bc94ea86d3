// The optimizers' loops: one pass over gradient, weights and state. Element by element, so any layout of weights serves.
#include "fovea/train/optimizer_update.h"

#include "fovea/kernels/loop_kernel.h"

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
  return p.decays ? hn::NegMulAdd(w, hn::Set(d, p.numbers->decay), w) : w;
}

// Scale and scratch are the last arguments.
float scale_of(const Arguments& a) { return *a.in(a.size() - 2); }

void sgd(const UpdateProblem& p, const Arguments& a) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  const bool moves = p.momentum > 0;
  float* velocity = moves ? a.out(2) : nullptr;
  const float scale = scale_of(a), lr = p.numbers->learning_rate;
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

void rmsprop(const UpdateProblem& p, const Arguments& a) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  float* squares = a.out(2);
  float* velocity = p.momentum > 0 ? a.out(3) : nullptr;
  float* average = p.centered ? a.out(p.momentum > 0 ? 4 : 3) : nullptr;
  const float scale = scale_of(a), lr = p.numbers->learning_rate;
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

void adam(const UpdateProblem& p, const Arguments& a) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  float* first = a.out(2);
  float* second = a.out(3);
  float* largest = p.amsgrad ? a.out(4) : nullptr;
  const float scale = scale_of(a);
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

void adagrad(const UpdateProblem& p, const Arguments& a) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  float* squares = a.out(2);
  const float scale = scale_of(a), lr = p.numbers->learning_rate;
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto g = gradient_at(d, p, gradient, scale, i);
    const auto v = hn::MulAdd(g, g, hn::LoadU(d, squares + i));
    hn::StoreU(v, d, squares + i);
    const auto step = hn::Div(hn::Mul(hn::Set(d, lr), g), hn::Sqrt(hn::Add(v, hn::Set(d, p.epsilon))));
    hn::StoreU(hn::Sub(weights_at(d, p, weights, i), step), d, weights + i);
  });
}

void adadelta(const UpdateProblem& p, const Arguments& a) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  float* squares = a.out(2);
  float* moves = a.out(3);
  const float scale = scale_of(a), lr = p.numbers->learning_rate;
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto g = gradient_at(d, p, gradient, scale, i);
    const auto rho = hn::Set(d, p.rho), rest = hn::Set(d, p.rest_rho), epsilon = hn::Set(d, p.epsilon);
    const auto follow = [&](auto mean, auto x) HWY_ATTR { return hn::MulAdd(rho, mean, hn::Mul(rest, hn::Mul(x, x))); };
    const auto v = follow(hn::LoadU(d, squares + i), g);
    hn::StoreU(v, d, squares + i);
    const auto before = hn::LoadU(d, moves + i);
    const auto move = hn::Div(hn::Mul(hn::Sqrt(hn::Add(before, epsilon)), g), hn::Sqrt(hn::Add(v, epsilon)));
    hn::StoreU(follow(before, move), d, moves + i);
    hn::StoreU(hn::NegMulAdd(hn::Set(d, lr), move, weights_at(d, p, weights, i)), d, weights + i);
  });
}

void adamax(const UpdateProblem& p, const Arguments& a) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  float* first = a.out(2);
  float* norm = a.out(3);
  const float scale = scale_of(a);
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto g = gradient_at(d, p, gradient, scale, i);
    auto m = hn::LoadU(d, first + i);
    m = hn::MulAdd(hn::Sub(g, m), hn::Set(d, p.rest_beta_1), m);
    hn::StoreU(m, d, first + i);
    const auto u = hn::Max(hn::Mul(hn::Set(d, p.beta_2), hn::LoadU(d, norm + i)), hn::Abs(g));
    hn::StoreU(u, d, norm + i);
    const auto step = hn::Div(hn::Mul(m, hn::Set(d, p.numbers->step_size)), hn::Add(u, hn::Set(d, p.epsilon)));
    hn::StoreU(hn::Sub(weights_at(d, p, weights, i), step), d, weights + i);
  });
}

void nadam(const UpdateProblem& p, const Arguments& a) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  float* first = a.out(2);
  float* second = a.out(3);
  const float scale = scale_of(a);
  const StepNumbers& n = *p.numbers;
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto g = gradient_at(d, p, gradient, scale, i);
    auto m = hn::LoadU(d, first + i), v = hn::LoadU(d, second + i);
    m = hn::MulAdd(hn::Sub(g, m), hn::Set(d, p.rest_beta_1), m);
    v = hn::MulAdd(hn::Sub(hn::Mul(g, g), v), hn::Set(d, p.rest_beta_2), v);
    hn::StoreU(m, d, first + i);
    hn::StoreU(v, d, second + i);
    const auto mean = hn::MulAdd(m, hn::Set(d, n.mean_share), hn::Mul(g, hn::Set(d, n.gradient_share)));
    const auto root = hn::Sqrt(hn::Mul(v, hn::Set(d, n.square_share)));
    const auto step = hn::Div(hn::Mul(mean, hn::Set(d, n.learning_rate)), hn::Add(root, hn::Set(d, p.epsilon)));
    hn::StoreU(hn::Sub(weights_at(d, p, weights, i), step), d, weights + i);
  });
}

void lion(const UpdateProblem& p, const Arguments& a) {
  const float* gradient = a.in(0);
  float* weights = a.out(1);
  float* first = a.out(2);
  const float scale = scale_of(a), lr = p.numbers->learning_rate;
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto g = gradient_at(d, p, gradient, scale, i), m = hn::LoadU(d, first + i);
    const auto along = hn::MulAdd(m, hn::Set(d, p.beta_1), hn::Mul(g, hn::Set(d, p.rest_beta_1)));
    const auto step = hn::IfThenElseZero(hn::Ne(along, hn::Zero(d)), hn::CopySign(hn::Set(d, lr), along));
    hn::StoreU(hn::MulAdd(m, hn::Set(d, p.beta_2), hn::Mul(g, hn::Set(d, p.rest_beta_2))), d, first + i);
    hn::StoreU(hn::Sub(weights_at(d, p, weights, i), step), d, weights + i);
  });
}

void follow_rule(const UpdateProblem& p, const Arguments& a) {
  switch (p.kind) {
    case OptimizerKind::sgd: return sgd(p, a);
    case OptimizerKind::rmsprop: return rmsprop(p, a);
    case OptimizerKind::adam: return adam(p, a);
    case OptimizerKind::adagrad: return adagrad(p, a);
    case OptimizerKind::adadelta: return adadelta(p, a);
    case OptimizerKind::adamax: return adamax(p, a);
    case OptimizerKind::nadam: return nadam(p, a);
    case OptimizerKind::lion: return lion(p, a);
  }
}

// The first step's average is the weights.
void follow_average(const UpdateProblem& p, float* weights, float* average) {
  const float momentum = p.numbers->ema_momentum, rest = 1 - momentum;
  const bool overwrites = p.numbers->overwrites;
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto old = hn::Mul(hn::Set(d, momentum), hn::LoadU(d, average + i));
    const auto mean = hn::MulAdd(hn::Set(d, rest), hn::LoadU(d, weights + i), old);
    hn::StoreU(mean, d, average + i);
    if (overwrites) hn::StoreU(mean, d, weights + i);
  });
}

// What is gathered starts anew behind an update.
void keep_gradient(const UpdateProblem& p, const float* gradient, float* gathered) {
  const bool updated = p.numbers->updates;
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto sum = hn::Add(hn::LoadU(d, gathered + i), hn::LoadU(d, gradient + i));
    hn::StoreU(updated ? hn::Zero(d) : sum, d, gathered + i);
  });
}

void update(const UpdateProblem& p, const Arguments& a, const RunContext&, int64_t) {
  const size_t behind_rule = 2 + static_cast<size_t>(p.rule_slots);
  if (p.numbers->updates) follow_rule(p, a);
  if (p.averages) follow_average(p, a.out(1), a.out(behind_rule));
  if (p.gathered_steps > 1) keep_gradient(p, a.in(0), a.out(behind_rule + (p.averages ? 1 : 0)));
}

void gather(const UpdateProblem& p, const Arguments& a, const RunContext&, int64_t) {
  if (!p.numbers->updates) return;
  float* gradient = a.out(0);
  const float* gathered = a.in(a.size() - 2);
  const float steps = static_cast<float>(p.gathered_steps);
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto sum = hn::Add(hn::LoadU(d, gradient + i), hn::LoadU(d, gathered + i));
    hn::StoreU(hn::Div(sum, hn::Set(d, steps)), d, gradient + i);
  });
}

kernels::Loop<UpdateProblem> update_of_target() { return {update, hwy::TargetName(HWY_TARGET)}; }
kernels::Loop<UpdateProblem> gather_of_target() { return {gather, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea {
namespace {
HWY_EXPORT(update_of_target);
HWY_EXPORT(gather_of_target);
}  // namespace

kernels::KernelPtr update_kernel(const UpdateProblem& p) {
  // Gradient, weights, slots, scale, scratch.
  const int64_t slots = p.rule_slots + (p.averages ? 1 : 0) + (p.gathered_steps > 1 ? 1 : 0);
  return kernels::make_loop_kernel(p, HWY_DYNAMIC_DISPATCH(update_of_target)(), static_cast<size_t>(slots) + 4);
}

kernels::KernelPtr gather_kernel(const UpdateProblem& p) {
  // Gradient, slots, scratch.
  return kernels::make_loop_kernel(p, HWY_DYNAMIC_DISPATCH(gather_of_target)(), static_cast<size_t>(p.rule_slots) + 3);
}

}  // namespace fovea
#endif
