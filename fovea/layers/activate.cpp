#include "fovea/layers/activate.h"

#include "fovea/kernels/eltwise.h"
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

void plan_eltwise(Planner& planner, kernels::Activation activation, const std::string& name) {
  const Value src = planner.src(), dst = planner.dst(src.layout);
  planner.step(name, kernels::activation_forward(activation, src.layout), {in(src), out(dst)});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step(name + " backward", kernels::activation_backward(activation, src.layout),
                 {in(dst), in(planner.diff_dst(src.layout)), out(planner.diff_src(0, src.layout))});
  });
}

}  // namespace

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
  planner.step("relu backward", kernels::activation_backward(kernels::Activation::relu, dst.layout),
               {in(dst), in(diff_dst), out(result)});
  return result;
}

void plan_activation(Planner& planner, ActivationKind kind) {
  switch (kind) {
    case ActivationKind::linear:
      planner.dst_is(planner.src());
      planner.backward([&planner] {
        if (planner.wants_diff_src()) planner.diff_src_is(0, planner.diff_dst());
      });
      return;
    case ActivationKind::relu: return plan_eltwise(planner, kernels::Activation::relu, "relu");
    case ActivationKind::sigmoid: return plan_eltwise(planner, kernels::Activation::sigmoid, "sigmoid");
    case ActivationKind::tanh: return plan_eltwise(planner, kernels::Activation::tanh, "tanh");
    case ActivationKind::softmax: return plan_softmax(planner);
  }
}

}  // namespace fovea
