// Copies floats from inside a buffer.
#pragma once

#include "fovea/kernels/kernel.h"

namespace fovea::kernels {

// dst[i] = src[offset + i] for i in [0, elements). Arguments: src, dst, scratch.
KernelPtr copy(int64_t elements, int64_t offset = 0);

}  // namespace fovea::kernels
