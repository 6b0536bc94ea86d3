// Several tensors of one layout become one, element by element.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// Of the inputs in order: x₀ - x₁ - …, x₀ · x₁ · …, their mean, the largest, the smallest.
enum class Merge { subtract, multiply, average, maximum, minimum };

// Arguments: inputs (count pointers), dst (may be the first input), scratch.
KernelPtr merge(Merge merge, const Layout& layout, int64_t count);

// Maximum and minimum: the gradient of input `index`, which is the output's where this input won; of equal ones the first
// wins. Arguments: inputs (count pointers), diff_dst, diff_src, scratch.
KernelPtr merge_winner_backward(Merge merge, const Layout& layout, int64_t count, int64_t index);

}  // namespace fovea::kernels
