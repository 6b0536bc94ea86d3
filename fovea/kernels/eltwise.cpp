// The kernels of work on elements.
#include "fovea/kernels/eltwise.h"

#include "fovea/kernels/eltwise_loops.h"

namespace fovea::kernels {

KernelPtr activation_forward(Activation activation, const Layout& layout, float alpha) {
  const auto loop = activation == Activation::gelu ? gelu_forward_loop() : activation_forward_loop(activation);
  return make_loop_kernel(ActivationProblem{activation, layout, alpha}, loop, 3);
}

KernelPtr activation_backward(Activation activation, const Layout& layout, float alpha) {
  const auto loop = activation == Activation::gelu ? gelu_backward_loop() : activation_backward_loop(activation);
  return make_loop_kernel(ActivationProblem{activation, layout, alpha}, loop, 4);
}

KernelPtr relu_forward(const ReluProblem& problem) {
  assert(problem.threshold >= 0 && "Keras refuses a threshold below 0");
  return make_loop_kernel(problem, relu_forward_loop(), 3);
}

KernelPtr relu_backward(const ReluProblem& problem) {
  assert(problem.threshold >= 0 && "Keras refuses a threshold below 0");
  return make_loop_kernel(problem, relu_backward_loop(), 4);
}

KernelPtr affine(const Layout& layout, float scale, float offset) {
  return make_loop_kernel(AffineProblem{layout, scale, offset}, affine_loop(), 3);
}

KernelPtr add(const Layout& layout, int64_t count) {
  assert(count > 0 && "a sum has inputs");
  return make_loop_kernel(SumProblem{layout.elements(), count}, add_loop(count), static_cast<size_t>(count) + 2);
}

KernelPtr accumulate(int64_t elements) { return make_loop_kernel(SumProblem{elements, 0}, accumulate_loop(), 3); }

}  // namespace fovea::kernels
