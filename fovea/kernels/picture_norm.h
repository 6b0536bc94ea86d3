// Normalisation of each picture on its own: layer and group normalisation, forward and backward.
//
// With mean and biased variance of the numbers that belong together:  inv = 1 / sqrt(variance + epsilon),
// x̂ = (x - mean) · inv,  y = x̂ · gamma + beta. Backward, over the m numbers that belong together, with g = dy · gamma:
//   diff_beta = Σ dy,  diff_gamma = Σ dy · x̂,  dx = inv · (g - Σ g / m - x̂ · Σ g · x̂ / m)
#pragma once

#include <array>

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

struct PictureNormProblem {
  Layout src;
  // A picture has the axes (h, w, groups, channels of a group): those along which numbers belong together, and those
  // along which gamma and beta have a number each (one after another, the last axis fastest).
  int64_t groups = 1;
  std::array<bool, 4> together = {false, false, false, true};
  std::array<bool, 4> weighted = {false, false, true, true};
  float epsilon = 1e-3f;
  // Keras's rms_scaling: y = x · inv · gamma, the mean taken away for the variance alone.
  bool rms = false;
};

// Whether loops serve the problem in any layout: channels of a cell, or groups of channels of whole pictures, with a
// gamma a channel. Others want src plain; of these, loops serve those whose numbers lie in one row, and the plain
// reference the rest.
bool takes_any_layout(const PictureNormProblem& problem);

// What forward keeps for backward.
size_t picture_norm_statistics_bytes(const PictureNormProblem& problem);

// Then max(0, ·) where relu. Arguments: src, gamma (null: 1), beta (null: 0), dst, statistics (written), scratch.
KernelPtr picture_norm_forward(const PictureNormProblem& problem, bool relu);

// Each result is written, not added; null where it is not wanted. Arguments: src, statistics, gamma (null: 1), diff_dst,
// diff_src, diff_gamma, diff_beta, scratch.
KernelPtr picture_norm_backward(const PictureNormProblem& problem);

}  // namespace fovea::kernels
