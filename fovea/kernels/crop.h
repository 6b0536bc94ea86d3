// Copies maps into maps of another size: what sticks out is cut, what is missing is zero.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// dst(h, w) = src(h + top, w + left), or 0 where src has no such cell; negative numbers pad. Pictures, channels and block
// are the same on both sides. Backward is the same kernel from dst to src with -top and -left.
// Arguments: src, dst, scratch.
KernelPtr crop(const Layout& src, const Layout& dst, int64_t top, int64_t left);

}  // namespace fovea::kernels
