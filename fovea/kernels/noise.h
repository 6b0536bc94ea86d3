// Noise of training: parts of pictures dropped, normal numbers added or multiplied.
//
// All is drawn from Philox by (context.seed, stream, context.epoch, context.position + row, index in the picture), as
// dropout's mask is (eltwise.h): it depends neither on layout nor on tiles or threads, and is drawn again in backward. All
// may run in place. Arguments: src, dst, scratch; or diff_dst, diff_src, scratch.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// Along which axes of a picture each number is dropped or kept on its own; along the others they share one fate.
struct DropoutAxes {
  bool h = false, w = false, c = true;  // whole channels
};

// Drops what shares a fate with probability `rate`, and multiplies the others by 1 / (1 - rate).
KernelPtr shared_dropout(const Layout& layout, float rate, uint32_t stream, const DropoutAxes& axes = {});

// dst = src + deviation · z, or src · (1 + deviation · z), with a normal number z for each element.
KernelPtr normal_noise(const Layout& layout, float deviation, uint32_t stream);
KernelPtr normal_factors(const Layout& layout, float deviation, uint32_t stream);

}  // namespace fovea::kernels
