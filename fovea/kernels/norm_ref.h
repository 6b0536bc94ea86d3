// Batch normalisation by the book, on rows of channels: what the fast loops must agree with.
#pragma once

#include <cmath>
#include <vector>

#include "fovea/kernels/norm.h"

namespace fovea::kernels {

template <class T>
struct NormStatisticsRef {
  std::vector<T> mean, variance;  // biased
};

template <class T>
NormStatisticsRef<T> norm_statistics_ref(const std::vector<T>& src, size_t channels) {
  NormStatisticsRef<T> s{std::vector<T>(channels), std::vector<T>(channels)};
  const T rows = static_cast<T>(src.size() / channels);
  for (size_t i = 0; i < src.size(); ++i) s.mean[i % channels] += src[i] / rows;
  for (size_t i = 0; i < src.size(); ++i) {
    const T deviation = src[i] - s.mean[i % channels];
    s.variance[i % channels] += deviation * deviation / rows;
  }
  return s;
}

// y = (x - mean) / sqrt(variance + epsilon) · gamma + beta.
template <class T>
std::vector<T> norm_forward_ref(const std::vector<T>& src, const NormStatisticsRef<T>& s, const std::vector<T>& gamma,
                                const std::vector<T>& beta, T epsilon) {
  std::vector<T> dst(src.size());
  for (size_t i = 0; i < src.size(); ++i) {
    const size_t c = i % gamma.size();
    dst[i] = (src[i] - s.mean[c]) / std::sqrt(s.variance[c] + epsilon) * gamma[c] + beta[c];
  }
  return dst;
}

template <class T>
struct NormGradientsRef {
  std::vector<T> gamma, beta, src;
};

// Through the batch's own statistics where `through_statistics`, else as if these were constants.
template <class T>
NormGradientsRef<T> norm_backward_ref(const std::vector<T>& src, const NormStatisticsRef<T>& s,
                                      const std::vector<T>& gamma, const std::vector<T>& diff_dst, T epsilon,
                                      bool through_statistics) {
  const size_t channels = gamma.size();
  const T rows = static_cast<T>(src.size() / channels);
  NormGradientsRef<T> g{std::vector<T>(channels), std::vector<T>(channels), std::vector<T>(src.size())};
  const auto inv = [&](size_t c) { return 1 / std::sqrt(s.variance[c] + epsilon); };
  const auto normalised = [&](size_t i) { return (src[i] - s.mean[i % channels]) * inv(i % channels); };
  for (size_t i = 0; i < src.size(); ++i) {
    g.beta[i % channels] += diff_dst[i];
    g.gamma[i % channels] += diff_dst[i] * normalised(i);
  }
  for (size_t i = 0; i < src.size(); ++i) {
    const size_t c = i % channels;
    const T through = through_statistics ? g.beta[c] / rows + normalised(i) * g.gamma[c] / rows : T(0);
    g.src[i] = gamma[c] * inv(c) * (diff_dst[i] - through);
  }
  return g;
}

}  // namespace fovea::kernels
