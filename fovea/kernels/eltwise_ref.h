// Work on elements by the book, one element or one row of channels at a time: what the fast loops must agree with.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "fovea/base/random.h"
#include "fovea/kernels/eltwise.h"

namespace fovea::kernels {

// Klambauer et al. 2017.
inline constexpr double kSeluScale = 1.05070098735548049, kSeluAlpha = 1.67326324235437728;

template <class T>
T activation_ref(Activation activation, T x, T alpha = 1) {
  switch (activation) {
    case Activation::linear:
      return x;
    case Activation::relu:
      return x < 0 ? T(0) : x;
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Activation::tanh:
      return std::tanh(x);
    case Activation::elu:
      return x < 0 ? alpha * std::expm1(x) : x;
    case Activation::selu:
      return T(kSeluScale) * (x < 0 ? T(kSeluAlpha) * std::expm1(x) : x);
    case Activation::hard_sigmoid:
      return std::min(std::max(x + 3, T(0)), T(6)) / 6;
    case Activation::softplus:
      return std::max(x, T(0)) + std::log1p(std::exp(-std::abs(x)));
    case Activation::silu:
      return x / (1 + std::exp(-x));
    case Activation::hard_silu:
      return x * activation_ref(Activation::hard_sigmoid, x);
    case Activation::mish:
      return x * std::tanh(activation_ref(Activation::softplus, x));
    case Activation::gelu:
      return x * std::erfc(-x / std::sqrt(T(2))) / 2;
  }
  return x;
}

// From the output, or from the input: see derivative_from_output.
template <class T>
T activation_slope_ref(Activation activation, T y, T alpha = 1) {
  const T x = y, sigmoid = 1 / (1 + std::exp(-x));
  switch (activation) {
    case Activation::linear:
      return 1;
    case Activation::relu:
      return y > 0 ? 1 : 0;
    case Activation::sigmoid:
      return y * (1 - y);
    case Activation::tanh:
      return 1 - y * y;
    case Activation::elu:
      return y > 0 ? T(1) : y + alpha;
    case Activation::selu:
      return y < 0 ? y + T(kSeluScale * kSeluAlpha) : T(kSeluScale);
    case Activation::hard_sigmoid:
      return y > 0 && y < 1 ? T(1) / 6 : T(0);
    case Activation::softplus:
      return sigmoid;
    case Activation::silu:
      return sigmoid * (1 + x * (1 - sigmoid));
    case Activation::hard_silu:
      return activation_ref(Activation::hard_sigmoid, x) + (x > -3 && x < 3 ? x / 6 : T(0));
    case Activation::mish: {
      const T tanh = std::tanh(activation_ref(Activation::softplus, x));
      return tanh + x * (1 - tanh * tanh) * sigmoid;
    }
    case Activation::gelu:
      return std::erfc(-x / std::sqrt(T(2))) / 2 + x * std::exp(-x * x / 2) / std::sqrt(T(6.283185307179586));
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
