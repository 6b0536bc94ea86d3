// Convolution as its definition reads: the truth for tests, and what serves where the library has nothing.
//
// Maps are nhwc, weights in Keras's order (kh, kw, ic / groups, oc); output channel o belongs to group o / (oc /
// groups). T is the numbers' type (float or double), Sum the type in which they are added up.
#pragma once

#include <cstddef>
#include <cstdint>

#include "fovea/kernels/conv.h"

namespace fovea::kernels {

// Calls visit(src, weight, dst) with the three offsets of every product of the convolution. Products of one output
// follow one another, in order of row, column and input channel.
template <class Visit>
void conv_ref_products(const ConvProblem& p, Visit&& visit) {
  const int64_t gic = p.ic / p.groups, goc = p.oc / p.groups;
  for (int64_t n = 0; n < p.n; ++n)
    for (int64_t oh = 0; oh < p.oh; ++oh)
      for (int64_t ow = 0; ow < p.ow; ++ow)
        for (int64_t o = 0; o < p.oc; ++o) {
          const int64_t dst = ((n * p.oh + oh) * p.ow + ow) * p.oc + o;
          for (int64_t y = 0; y < p.kh; ++y) {
            const int64_t ih = oh * p.sh - p.pt + y * p.dh;
            if (ih < 0 || ih >= p.ih) continue;
            for (int64_t x = 0; x < p.kw; ++x) {
              const int64_t iw = ow * p.sw - p.pl + x * p.dw;
              if (iw < 0 || iw >= p.iw) continue;
              for (int64_t i = 0; i < gic; ++i) {
                const int64_t src = ((n * p.ih + ih) * p.iw + iw) * p.ic + o / goc * gic + i;
                visit(src, ((y * p.kw + x) * gic + i) * p.oc + o, dst);
              }
            }
          }
        }
}

// `sum` holds as many elements as dst; `bias` may be null.
template <class T, class Sum>
void conv_forward_ref(const ConvProblem& p, const T* src, const T* weights, const T* bias, bool relu, Sum* sum,
                      T* dst) {
  const int64_t count = p.n * p.oh * p.ow * p.oc;
  for (int64_t i = 0; i < count; ++i) sum[i] = bias ? Sum(bias[i % p.oc]) : Sum(0);
  conv_ref_products(p, [&](int64_t s, int64_t w, int64_t d) { sum[d] += Sum(src[s]) * Sum(weights[w]); });
  for (int64_t i = 0; i < count; ++i) dst[i] = relu && sum[i] < Sum(0) ? T(0) : T(sum[i]);
}

// `sum` holds as many elements as src.
template <class T, class Sum>
void conv_backward_data_ref(const ConvProblem& p, const T* diff_dst, const T* weights, Sum* sum, T* diff_src) {
  const int64_t count = p.n * p.ih * p.iw * p.ic;
  for (int64_t i = 0; i < count; ++i) sum[i] = Sum(0);
  conv_ref_products(p, [&](int64_t s, int64_t w, int64_t d) { sum[s] += Sum(diff_dst[d]) * Sum(weights[w]); });
  for (int64_t i = 0; i < count; ++i) diff_src[i] = T(sum[i]);
}

// `sum` holds as many elements as the weights and bias together; `diff_bias` may be null.
template <class T, class Sum>
void conv_backward_weights_ref(const ConvProblem& p, const T* src, const T* diff_dst, Sum* sum, T* diff_weights,
                               T* diff_bias) {
  const int64_t count = p.weights_shape().elements();
  for (int64_t i = 0; i < count + p.oc; ++i) sum[i] = Sum(0);
  conv_ref_products(p, [&](int64_t s, int64_t w, int64_t d) { sum[w] += Sum(src[s]) * Sum(diff_dst[d]); });
  for (int64_t i = 0; i < count; ++i) diff_weights[i] = T(sum[i]);
  if (diff_bias == nullptr) return;
  for (int64_t i = 0; i < p.n * p.oh * p.ow * p.oc; ++i) sum[count + i % p.oc] += Sum(diff_dst[i]);
  for (int64_t o = 0; o < p.oc; ++o) diff_bias[o] = T(sum[count + o]);
}

}  // namespace fovea::kernels
