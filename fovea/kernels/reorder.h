// Copies activations from one layout to another.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// The same logical tensor in another layout. Arguments: src, dst, scratch. Padding of dst is written as zero.
KernelPtr reorder(const Layout& src, const Layout& dst);

}  // namespace fovea::kernels
