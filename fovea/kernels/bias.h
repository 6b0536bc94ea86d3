// One number a channel added to maps: for kernels that have no bias of their own.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// dst = dst + bias, then max(0, ·) where relu. Arguments: bias (null: 0; as many floats as channels), dst (updated),
// scratch.
KernelPtr bias_forward(const Layout& dst, bool relu);

// diff_bias = Σ diff_dst over n, h, w (written, not added). Arguments: diff_dst, diff_bias, scratch.
KernelPtr bias_backward(const Layout& diff_dst);

}  // namespace fovea::kernels
