// Brings in what a step works on: pictures, targets, sample weights, and gradients from outside.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

enum class FeedPart { pictures, targets, sample_weights, gradients };

// `rows` rows from the feed of the run, plain floats. Arguments: dst, scratch.
KernelPtr feed(FeedPart part, int64_t rows);

}  // namespace fovea::kernels
