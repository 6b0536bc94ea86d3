// Changes the order of axes.
#pragma once

#include <vector>

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/shape.h"

namespace fovea::kernels {

// Pictures of `src` shape, in row-major order; axis i of dst is axis axes[i] of src. Arguments: src, dst, scratch.
KernelPtr permute(int64_t pictures, const Shape& src, const std::vector<int>& axes);

// The order that undoes another.
std::vector<int> inverse_order(const std::vector<int>& axes);

}  // namespace fovea::kernels
