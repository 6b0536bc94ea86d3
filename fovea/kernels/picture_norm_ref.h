// Normalisation of each picture by the book: the truth for tests, and what serves where numbers that belong together do
// not lie together. Maps are nhwc. T is the numbers' type (float or double), Sum the type in which they are added up.
#pragma once

#include <cmath>

#include "fovea/kernels/picture_norm.h"

namespace fovea::kernels {

// How many numbers a picture has that are not together (or are weighted): the product of these axes' sizes.
inline int64_t picture_norm_size(const PictureNormProblem& p, const std::array<bool, 4>& axes) {
  const std::array<int64_t, 4> sizes = {p.src.h, p.src.w, p.groups, p.src.c / p.groups};
  int64_t size = 1;
  for (size_t a = 0; a < 4; ++a) size *= axes[a] ? sizes[a] : 1;
  return size;
}

// Calls visit(i, statistic, weight) for every number of nhwc maps.
template <class Visit>
void picture_norm_ref_numbers(const PictureNormProblem& p, Visit&& visit) {
  const std::array<int64_t, 4> sizes = {p.src.h, p.src.w, p.groups, p.src.c / p.groups};
  int64_t i = 0;
  std::array<int64_t, 4> at = {};
  for (int64_t n = 0; n < p.src.n; ++n)
    for (at[0] = 0; at[0] < sizes[0]; ++at[0])
      for (at[1] = 0; at[1] < sizes[1]; ++at[1])
        for (at[2] = 0; at[2] < sizes[2]; ++at[2])
          for (at[3] = 0; at[3] < sizes[3]; ++at[3], ++i) {
            int64_t statistic = n, weight = 0;
            for (size_t a = 0; a < 4; ++a) {
              if (!p.together[a]) statistic = statistic * sizes[a] + at[a];
              if (p.weighted[a]) weight = weight * sizes[a] + at[a];
            }
            visit(i, statistic, weight);
          }
}

// Means, and inverse deviations, one of each a statistic.
template <class T, class Sum>
void picture_norm_statistics_ref(const PictureNormProblem& p, const T* src, Sum* mean, Sum* inv) {
  const int64_t m = picture_norm_size(p, p.together), count = p.src.n * p.src.h * p.src.w * p.src.c / m;
  for (int64_t s = 0; s < count; ++s) mean[s] = inv[s] = 0;
  picture_norm_ref_numbers(p, [&](int64_t i, int64_t s, int64_t) { mean[s] += Sum(src[i]) / Sum(m); });
  picture_norm_ref_numbers(p, [&](int64_t i, int64_t s, int64_t) {
    inv[s] += (Sum(src[i]) - mean[s]) * (Sum(src[i]) - mean[s]) / Sum(m);
  });
  for (int64_t s = 0; s < count; ++s) inv[s] = 1 / std::sqrt(inv[s] + Sum(p.epsilon));
}

// `sum` holds two numbers a statistic; gamma and beta may be null.
template <class T, class Sum>
void picture_norm_forward_ref(const PictureNormProblem& p, const T* src, const T* gamma, const T* beta, bool relu,
                              Sum* sum, T* dst) {
  Sum* inv = sum + p.src.n * picture_norm_size(p, {true, true, true, true}) / picture_norm_size(p, p.together);
  picture_norm_statistics_ref(p, src, sum, inv);
  picture_norm_ref_numbers(p, [&](int64_t i, int64_t s, int64_t w) {
    const Sum x = Sum(src[i]) - (p.rms ? Sum(0) : sum[s]);
    const Sum y = x * inv[s] * (gamma ? Sum(gamma[w]) : Sum(1)) + (beta ? Sum(beta[w]) : Sum(0));
    dst[i] = relu && y < 0 ? T(0) : T(y);
  });
}

// `sum` holds four numbers a statistic and two a weight; any result may be null, and so may gamma.
template <class T, class Sum>
void picture_norm_backward_ref(const PictureNormProblem& p, const T* src, const T* gamma, const T* diff_dst, Sum* sum,
                               T* diff_src, T* diff_gamma, T* diff_beta) {
  const int64_t m = picture_norm_size(p, p.together), weights = picture_norm_size(p, p.weighted);
  const int64_t statistics = p.src.n * picture_norm_size(p, {true, true, true, true}) / m;
  Sum *mean = sum, *inv = mean + statistics, *of_g = inv + statistics, *of_gx = of_g + statistics;
  Sum *of_dy = of_gx + statistics, *of_dyx = of_dy + weights;
  picture_norm_statistics_ref(p, src, mean, inv);
  for (Sum* at = of_g; at < of_dyx + weights; ++at) *at = 0;
  const auto scaled = [&](int64_t i, int64_t s) { return (Sum(src[i]) - (p.rms ? Sum(0) : mean[s])) * inv[s]; };
  const auto g = [&](int64_t i, int64_t w) { return Sum(diff_dst[i]) * (gamma ? Sum(gamma[w]) : Sum(1)); };
  picture_norm_ref_numbers(p, [&](int64_t i, int64_t s, int64_t w) {
    of_g[s] += g(i, w) / Sum(m);
    of_gx[s] += g(i, w) * scaled(i, s) / Sum(m);
    of_dy[w] += Sum(diff_dst[i]);
    of_dyx[w] += Sum(diff_dst[i]) * scaled(i, s);
  });
  if (diff_src)
    picture_norm_ref_numbers(p, [&](int64_t i, int64_t s, int64_t w) {
      const Sum through_mean = p.rms ? Sum(0) : of_g[s];
      diff_src[i] = T(inv[s] * (g(i, w) - through_mean - (Sum(src[i]) - mean[s]) * inv[s] * of_gx[s]));
    });
  for (int64_t w = 0; w < weights; ++w) {
    if (diff_gamma) diff_gamma[w] = T(of_dyx[w]);
    if (diff_beta) diff_beta[w] = T(of_dy[w]);
  }
}

}  // namespace fovea::kernels
