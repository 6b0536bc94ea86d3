// The contrast and brightness of pictures, each by a number of its own: what Keras's RandomContrast and
// RandomBrightness do in training. Drawn as random_map.h's numbers are. Plain layouts.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

struct RandomColourProblem {
  Layout src;
  double low = 0, high = 0;               // of the number
  float range_low = 0, range_high = 255;  // what the results are kept within
  uint32_t stream = 0;
};

// dst = mean + (src - mean) · number with each channel's mean; dst = src + number. Both clipped.
// Arguments: src, dst, scratch. Backward, which needs src to know what was clipped: src, diff_dst, diff_src, scratch.
KernelPtr random_contrast_forward(const RandomColourProblem& problem);
KernelPtr random_contrast_backward(const RandomColourProblem& problem);
KernelPtr random_brightness_forward(const RandomColourProblem& problem);
KernelPtr random_brightness_backward(const RandomColourProblem& problem);

}  // namespace fovea::kernels
