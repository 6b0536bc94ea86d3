// Work on each element alone: activations, dropout, scaling, sums of tensors. All may run in place where src and dst
// (diff_dst and diff_src) have the same bytes. `Layout` tells where padding channels are; they stay zero.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// As Keras 3 defines them. gelu is the exact one, x · Φ(x); hard_sigmoid is min(max(x + 3, 0), 6) / 6.
enum class Activation { linear, relu, sigmoid, tanh, elu, selu, hard_sigmoid, softplus, silu, hard_silu, mish, gelu };

// Whether the derivative is told from the forward's output, as in sigmoid's dst · (1 - dst), or from its input.
constexpr bool derivative_from_output(Activation activation) { return activation <= Activation::hard_sigmoid; }

// `alpha` is elu's. Arguments: src, dst, scratch.
KernelPtr activation_forward(Activation activation, const Layout& layout, float alpha = 1);
// Corners as Keras: relu at 0 has derivative 0, elu alpha, hard_sigmoid 0 at both.
// Arguments: dst or src (derivative_from_output), diff_dst, diff_src, scratch.
KernelPtr activation_backward(Activation activation, const Layout& layout, float alpha = 1);

// Keras's ReLU layer: min(x, max_value) if x > threshold; negative_slope · (x - threshold) else. A NaN stays.
struct ReluProblem {
  Layout layout;
  float max_value = 0;  // ignored without has_max
  bool has_max = false;
  float negative_slope = 0, threshold = 0;
};
// Arguments: src, dst, scratch.
KernelPtr relu_forward(const ReluProblem& problem);
// Arguments: src, diff_dst, diff_src, scratch. Derivative 1 between threshold and max_value, 0 above, negative_slope
// below; as Keras, 1 at x = max_value (but 0 where it takes relu6: max_value 6, threshold 0), and 0 at x = threshold
// (but negative_slope in the leaky form: no max_value, threshold 0).
KernelPtr relu_backward(const ReluProblem& problem);

// Softmax over the channels of every (n, h, w). Arguments: src, dst, scratch.
KernelPtr softmax_forward(const Layout& layout);
// Arguments: dst, diff_dst, diff_src, scratch.
KernelPtr softmax_backward(const Layout& layout);

// Inverted dropout: keeps an element with probability 1 - rate and multiplies it by 1 / (1 - rate); keep iff u ≥ rate.
// The mask is drawn from Philox by (context.seed, stream, context.epoch, context.position + row, logical index of the
// element in its picture in nhwc order), so it depends neither on layout nor on tiles or threads. Backward draws the
// same mask again. Arguments: src, dst, scratch (forward); diff_dst, diff_src, scratch (backward).
KernelPtr dropout(const Layout& layout, float rate, uint32_t stream);

// dst = src · scale + offset. Arguments: src, dst, scratch.
KernelPtr affine(const Layout& layout, float scale, float offset);

// dst = Σ inputs, in order. Arguments: inputs (count pointers), dst (may be the first input), scratch.
KernelPtr add(const Layout& layout, int64_t count);

// acc += src over `elements` floats. Arguments: src, acc, scratch.
KernelPtr accumulate(int64_t elements);

}  // namespace fovea::kernels
