// Work on elements by the book, one element or one row of channels at a time: what the fast loops must agree with.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "fovea/base/random.h"
#include "fovea/kernels/eltwise.h"

namespace fovea::kernels {

template <class T>
T activation_ref(Activation activation, T x) {
  switch (activation) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return x < 0 ? T(0) : x;
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::tanh:
      return std::tanh(x);
  }
  return x;
}

// From the output y.
template <class T>
T activation_slope_ref(Activation activation, T y) {
  switch (activation) {
    case Activation::linear:
      return 1;
    case Activation::relu:
      return y > 0 ? 1 : 0;
    case Activation::sigmoid:
      return y * (1 - y);
    case Activation::tanh:
      return 1 - y * y;
  }
  return 1;
}

template <class T>
T relu_ref(const ReluProblem& p, T x) {
  if (x <= p.threshold) return p.negative_slope * (x - p.threshold);
  return p.has_max && x > p.max_value ? T(p.max_value) : x;
}

template <class T>
T relu_slope_ref(const ReluProblem& p, T x) {
  if (x < p.threshold) return p.negative_slope;
  if (x == p.threshold) return !p.has_max && p.threshold == 0 ? p.negative_slope : 0;
  if (!p.has_max) return 1;
  if (x == p.max_value) return p.max_value == 6 && p.threshold == 0 ? 0 : 1;
  return x < p.max_value ? 1 : 0;
}

template <class T>
std::vector<T> softmax_ref(const std::vector<T>& row) {
  const T max = *std::max_element(row.begin(), row.end());
  std::vector<T> dst(row.size());
  T sum = 0;
  for (size_t i = 0; i < row.size(); ++i) sum += dst[i] = std::exp(row[i] - max);
  for (T& p : dst) p /= sum;
  return dst;
}

// Is the element of this address kept?
inline bool dropout_keeps_ref(float rate, uint64_t seed, uint32_t stream, uint64_t epoch, uint64_t position,
                              uint64_t element) {
  const uint64_t counter = element / 4;
  const Philox4 words = philox({static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32),
                                static_cast<uint32_t>(position), static_cast<uint32_t>(position >> 32)},
                               random_key(seed, stream, epoch));
  return unit_float(words[element % 4]) >= rate;
}

}  // namespace fovea::kernels
