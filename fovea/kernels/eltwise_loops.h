// Which loops serve work on elements; eltwise.cpp makes kernels of them.
#pragma once

#include "fovea/kernels/eltwise.h"
#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {

struct ActivationProblem {
  Activation activation = Activation::linear;
  Layout layout;
  float alpha = 1;
};

struct AffineProblem {
  Layout layout;
  float scale = 1, offset = 0;
};

struct SumProblem {
  int64_t elements = 0, count = 0;
};

// What Keras's composition of ops does exactly at the kinks (found with its GradientTape): at x = max_value the
// gradient passes through its clip, but not through relu6, which serves max_value 6 with threshold 0; at x = threshold
// there is none but in the leaky form.
inline bool relu_passes_at_max(const ReluProblem& p) { return p.max_value != 6 || p.threshold != 0; }
inline float relu_slope_at_threshold(const ReluProblem& p) {
  return !p.has_max && p.threshold == 0 ? p.negative_slope : 0.0f;
}

Loop<ActivationProblem> activation_forward_loop(Activation activation);
Loop<ActivationProblem> activation_backward_loop(Activation activation);
Loop<ActivationProblem> gelu_forward_loop();
Loop<ActivationProblem> gelu_backward_loop();
Loop<ReluProblem> relu_forward_loop();
Loop<ReluProblem> relu_backward_loop();
Loop<AffineProblem> affine_loop();
Loop<SumProblem> add_loop(int64_t count);
Loop<SumProblem> accumulate_loop();

}  // namespace fovea::kernels
