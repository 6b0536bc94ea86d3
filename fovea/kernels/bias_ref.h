// A bias as its definition reads, on rows of channels: what the loops must agree with.
#pragma once

#include <vector>

#include "fovea/kernels/bias.h"

namespace fovea::kernels {

template <class T>
std::vector<T> bias_forward_ref(std::vector<T> dst, const std::vector<T>& bias, bool relu) {
  for (size_t i = 0; i < dst.size(); ++i) {
    dst[i] += bias[i % bias.size()];
    if (relu && dst[i] < 0) dst[i] = 0;
  }
  return dst;
}

template <class T>
std::vector<T> bias_backward_ref(const std::vector<T>& diff_dst, size_t channels) {
  std::vector<T> diff_bias(channels);
  for (size_t i = 0; i < diff_dst.size(); ++i) diff_bias[i % channels] += diff_dst[i];
  return diff_bias;
}

}  // namespace fovea::kernels
