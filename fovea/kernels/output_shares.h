// Kernels of one picture cut by output channels, so that several threads share out a convolution or a dense layer.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "fovea/kernels/kernel.h"
#include "fovea/kernels/weights_layout.h"

namespace fovea::kernels {

// Outputs from `begin` on, `count` of them.
struct OutputRange {
  int64_t begin = 0, count = 0;
};

// The kernel for a range of outputs, as a share of the whole; nothing where the range's kernel would read or write in another
// order than the whole does.
using ShareOf = std::function<std::optional<Share>(const OutputRange& range)>;

// The kernel, and what cuts it: `outputs` in ranges that begin at multiples of `block`, about equal.
KernelPtr with_shares(KernelPtr kernel, int64_t outputs, int64_t block, ShareOf share_of);

// Where the weights of outputs from `begin` on lie, in bytes, if those of a range lie in one piece and in the order that `part`
// has.
std::optional<size_t> outputs_offset(const WeightsLayout& whole, const WeightsLayout& part, int64_t begin);

}  // namespace fovea::kernels
