#include "fovea/layers/activate.h"

#include <cmath>

#include "fovea/kernels/reorder.h"

namespace fovea {
namespace {

void plan_softmax(Planner& planner) {
  const Value src = planner.src(), dst = planner.dst(src.layout);
  planner.step("softmax", kernels::softmax_forward(src.layout), {in(src), out(dst)});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step("softmax backward", kernels::softmax_backward(src.layout),
                 {in(dst), in(planner.diff_dst(src.layout)), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace

void plan_identity(Planner& planner) {
  planner.dst_is(planner.src());
  planner.backward([&planner] {
    if (planner.wants_diff_src()) planner.diff_src_is(0, planner.diff_dst());
  });
}

Value in_layout(Planner& planner, const Value& value, const Layout& layout) {
  if (value.layout == layout) return value;
  const Value copy = planner.book(layout, "reordered");
  planner.step("reorder", kernels::reorder(value.layout, layout), {in(value), out(copy)});
  return copy;
}

Value relu_backward_if_fused(Planner& planner, const Value& dst) {
  const Value diff_dst = planner.diff_dst(dst.layout);
  if (!planner.fused_relu() || planner.relu_done()) return diff_dst;
  const Value result = planner.may_overwrite(diff_dst) ? diff_dst : planner.book(dst.layout, "diff");
  const float limit = planner.relu_limit();
  planner.step("relu backward",
               std::isinf(limit) ? kernels::activation_backward(kernels::Activation::relu, dst.layout)
                                 : kernels::relu_backward({.layout = dst.layout, .max_value = limit, .has_max = true}),
               {in(dst), in(diff_dst), out(result)});
  return result;
}

void plan_eltwise(Planner& planner, kernels::Activation activation, const std::string& name, float alpha) {
  const Value src = planner.src(), dst = planner.dst(src.layout);
  planner.step(name, kernels::activation_forward(activation, src.layout, alpha), {in(src), out(dst)});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step(name + " backward", kernels::activation_backward(activation, src.layout, alpha),
                 {in(kernels::derivative_from_output(activation) ? dst : src), in(planner.diff_dst(src.layout)),
                  out(planner.diff_src(0, src.layout))});
  });
}

void plan_relu(Planner& planner, kernels::ReluProblem problem, const std::string& name) {
  const Value src = planner.src(), dst = planner.dst(src.layout);
  problem.layout = src.layout;
  planner.step(name, kernels::relu_forward(problem), {in(src), out(dst)});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step(name + " backward", kernels::relu_backward(problem),
                 {in(src), in(planner.diff_dst(src.layout)), out(planner.diff_src(0, src.layout))});
  });
}

void plan_activation(Planner& planner, ActivationKind kind) {
  using kernels::Activation;
  const std::string name = to_string(kind);
  switch (kind) {
    case ActivationKind::linear: return plan_identity(planner);
    case ActivationKind::softmax: return plan_softmax(planner);
    case ActivationKind::relu6: return plan_relu(planner, {.max_value = 6, .has_max = true}, name);
    case ActivationKind::leaky_relu: return plan_relu(planner, {.negative_slope = 0.2f}, name);
    case ActivationKind::relu: return plan_eltwise(planner, Activation::relu, name);
    case ActivationKind::sigmoid: return plan_eltwise(planner, Activation::sigmoid, name);
    case ActivationKind::tanh: return plan_eltwise(planner, Activation::tanh, name);
    case ActivationKind::elu: return plan_eltwise(planner, Activation::elu, name);
    case ActivationKind::selu: return plan_eltwise(planner, Activation::selu, name);
    case ActivationKind::gelu: return plan_eltwise(planner, Activation::gelu, name);
    case ActivationKind::silu: return plan_eltwise(planner, Activation::silu, name);
    case ActivationKind::hard_sigmoid: return plan_eltwise(planner, Activation::hard_sigmoid, name);
    case ActivationKind::hard_silu: return plan_eltwise(planner, Activation::hard_silu, name);
    case ActivationKind::softplus: return plan_eltwise(planner, Activation::softplus, name);
    case ActivationKind::mish: return plan_eltwise(planner, Activation::mish, name);
  }
}

}  // namespace fovea
