// Dense layers as their definition reads: the truth for tests, and what serves where the library has nothing.
//
// src (n, in), weights (in, out), dst (n, out), row-major. T is the numbers' type, sums are added up in Sum.
#pragma once

#include <cstdint>

#include "fovea/kernels/dense.h"

namespace fovea::kernels {

// `bias` may be null.
template <class Sum, class T>
void dense_forward_ref(const DenseProblem& p, const T* src, const T* weights, const T* bias, bool relu, T* dst) {
  for (int64_t n = 0; n < p.n; ++n)
    for (int64_t o = 0; o < p.out; ++o) {
      Sum sum = bias ? Sum(bias[o]) : Sum(0);
      for (int64_t i = 0; i < p.in; ++i) sum += Sum(src[n * p.in + i]) * Sum(weights[i * p.out + o]);
      dst[n * p.out + o] = relu && sum < Sum(0) ? T(0) : T(sum);
    }
}

template <class Sum, class T>
void dense_backward_data_ref(const DenseProblem& p, const T* diff_dst, const T* weights, T* diff_src) {
  for (int64_t n = 0; n < p.n; ++n)
    for (int64_t i = 0; i < p.in; ++i) {
      Sum sum(0);
      for (int64_t o = 0; o < p.out; ++o) sum += Sum(diff_dst[n * p.out + o]) * Sum(weights[i * p.out + o]);
      diff_src[n * p.in + i] = T(sum);
    }
}

// `diff_bias` may be null.
template <class Sum, class T>
void dense_backward_weights_ref(const DenseProblem& p, const T* src, const T* diff_dst, T* diff_weights, T* diff_bias) {
  for (int64_t o = 0; o < p.out; ++o) {
    for (int64_t i = 0; i < p.in; ++i) {
      Sum sum(0);
      for (int64_t n = 0; n < p.n; ++n) sum += Sum(src[n * p.in + i]) * Sum(diff_dst[n * p.out + o]);
      diff_weights[i * p.out + o] = T(sum);
    }
    if (diff_bias == nullptr) continue;
    Sum sum(0);
    for (int64_t n = 0; n < p.n; ++n) sum += Sum(diff_dst[n * p.out + o]);
    diff_bias[o] = T(sum);
  }
}

}  // namespace fovea::kernels
