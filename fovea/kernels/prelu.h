// The rectifier with learnt slopes: x where x > 0, alpha · x below 0. Both derivatives are 0 at x = 0, as in Keras.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

struct PreluProblem {
  Layout layout;
  Layout alpha;  // plain, one picture: the layout's h, w and c, or 1 where pictures, rows, columns or channels share
};

// Arguments: src, alpha, dst, scratch.
KernelPtr prelu_forward(const PreluProblem& problem);
// Arguments: src, alpha, diff_dst, diff_src, scratch.
KernelPtr prelu_backward_data(const PreluProblem& problem);
// Sums over pictures and what is shared, in double. Arguments: src, diff_dst, diff_alpha, scratch.
KernelPtr prelu_backward_weights(const PreluProblem& problem);

}  // namespace fovea::kernels
