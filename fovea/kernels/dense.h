// Fully connected layers: rows of features times a matrix. Forward, and backward by data and by weights.
//
// src (n, in), dst (n, out), both plain; weights (in, out) in Keras's order when seen from outside. Where backward is
// not told a layout of the weights it prefers forward's.
#pragma once

#include <optional>

#include "fovea/kernels/kernel.h"
#include "fovea/kernels/weights_layout.h"

namespace fovea::kernels {

struct DenseProblem {
  int64_t n = 1, in = 1, out = 1;
};

// Forward: dst = src · weights + bias, then max(0, ·) where `relu`. Arguments: src, weights, bias (null without), dst,
// scratch.
struct DenseForwardOptions {
  bool bias = true;
  bool relu = false;
  bool training = true;
  std::optional<WeightsLayout> weights = {};  // insist on this layout; else the kernel picks
};
struct DenseForward {
  KernelPtr kernel;
  WeightsLayout weights;
};
DenseForward dense_forward(const DenseProblem& problem, const DenseForwardOptions& options = {});

// Backward by data: diff_src = diff_dst · weightsᵀ (written). Arguments: diff_dst, weights, diff_src, scratch.
struct DenseBackwardData {
  KernelPtr kernel;
  WeightsLayout weights;
};
DenseBackwardData dense_backward_data(const DenseProblem& problem, std::optional<WeightsLayout> weights = {});

// Backward by weights: diff_weights = srcᵀ · diff_dst and diff_bias = Σ rows of diff_dst (written, padding as zero).
// Arguments: src, diff_dst, diff_weights, diff_bias (null without), scratch.
struct DenseBackwardWeights {
  KernelPtr kernel;
  WeightsLayout diff_weights;
};
DenseBackwardWeights dense_backward_weights(const DenseProblem& problem, bool bias,
                                            std::optional<WeightsLayout> diff_weights = {});

}  // namespace fovea::kernels
