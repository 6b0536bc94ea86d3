// A tensor stretched along axes of size 1, and the sum over them: how numbers of a channel or of a row meet whole maps.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// Height, width and channels of src are those of dst, or 1; src is plain (nhwc), dst of any layout. Padding channels of dst
// are zero. Arguments: src, dst, scratch.
KernelPtr broadcast(const Layout& src, const Layout& dst);

// diff_src = the sum of diff_dst over what was stretched, in double, cells in order. Arguments: diff_dst, diff_src, scratch.
KernelPtr broadcast_backward(const Layout& src, const Layout& dst);

}  // namespace fovea::kernels
