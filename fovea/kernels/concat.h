// Joins maps along one of h, w, c; and takes them apart again.
#pragma once

#include <vector>

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

enum class ConcatAxis { h, w, c };

// Arguments: inputs (one pointer each), dst, scratch. Blocks of inputs and dst may differ.
KernelPtr concat(const std::vector<Layout>& inputs, const Layout& dst, ConcatAxis axis);
// The share of input `index`. Arguments: diff_dst, diff_src, scratch.
KernelPtr concat_backward(const std::vector<Layout>& inputs, const Layout& dst, ConcatAxis axis, size_t index);

}  // namespace fovea::kernels
