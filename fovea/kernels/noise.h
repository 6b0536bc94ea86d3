// Noise of training: channels dropped, normal numbers added or multiplied.
//
// All is drawn from Philox by (context.seed, stream, context.epoch, context.position + row, index in the picture), as
// dropout's mask is (eltwise.h): it depends neither on layout nor on tiles or threads, and is drawn again in backward. All
// may run in place. Arguments: src, dst, scratch; or diff_dst, diff_src, scratch.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// Drops channels of pictures with probability `rate`, and multiplies the others by 1 / (1 - rate).
KernelPtr channel_dropout(const Layout& layout, float rate, uint32_t stream);

// dst = src + deviation · z, or src · (1 + deviation · z), with a normal number z for each element.
KernelPtr normal_noise(const Layout& layout, float deviation, uint32_t stream);
KernelPtr normal_factors(const Layout& layout, float deviation, uint32_t stream);

}  // namespace fovea::kernels
