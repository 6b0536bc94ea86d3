// Resampling by the book, one number at a time: what the loop must agree with. The formulas of the fill modes are
// scipy.ndimage's (ni_interpolation.c), repeat's TensorFlow's (image_ops.h).
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "fovea/kernels/resample.h"

namespace fovea::kernels {

// A coordinate of an axis of n pixels brought to [-1, n]; `outside` where it stays constant's.
inline double filled_ref(double v, int64_t n, FillMode fill, bool& outside) {
  const auto last = static_cast<double>(n - 1), period = 2.0 * static_cast<double>(n);
  switch (fill) {
    case FillMode::constant:
      outside = outside || v < 0 || v > last;
      return v;
    case FillMode::nearest:
      return std::clamp(v, 0.0, last);
    case FillMode::reflect:
      if (n == 1) return 0;
      if (v < 0) {
        if (v < -period) v += period * std::trunc(-v / period);
        return v < static_cast<double>(-n) ? v + period : std::max(-v, 1e-15) - 1;
      }
      if (v > last) {
        v -= period * std::trunc(v / period);
        if (v >= static_cast<double>(n)) v = period - v - 1;
      }
      return v;
    case FillMode::wrap:
      if (n == 1) return 0;
      if (v < 0) return v + last * (std::trunc(-v / last) + 1);
      return v > last ? v - last * std::trunc(v / last) : v;
    case FillMode::repeat: {
      if (n == 1) return 0;
      const double length = last + 1, whole = std::trunc(v / last);
      return std::clamp(v < 0 ? v + length * (1 - whole) : v > last ? v - length * whole : v, 0.0, last);
    }
  }
  return v;
}

// Calls f(pixel of dst, pixel of src, share) for what each pixel of dst is mixed from; with pixel -1 of src for cval.
template <class F>
void for_shares(const Resample& p, F&& f) {
  for (int64_t row = 0, pixel = 0; row < p.oh; ++row)
    for (int64_t column = 0; column < p.ow; ++column, ++pixel) {
      const auto at = [&](const double(&in)[3]) {
        return in[0] * static_cast<double>(row) + in[1] * static_cast<double>(column) + in[2];
      };
      bool outside = false;
      double y = filled_ref(at(p.map.row), p.h, p.fill, outside);
      double x = filled_ref(at(p.map.column), p.w, p.fill, outside);
      if (outside) {
        f(pixel, int64_t{-1}, 1.0);
        continue;
      }
      if (!p.interpolate) y = std::floor(y + 0.5), x = std::floor(x + 0.5);
      const double top = std::floor(y), left = std::floor(x), down = y - top, right = x - left;
      const auto inside = [](double place, int64_t n) {
        return std::clamp<int64_t>(static_cast<int64_t>(place), 0, n - 1);
      };
      for (const auto& [i, i_share] : {std::pair{top, 1 - down}, std::pair{top + 1, down}})
        for (const auto& [j, j_share] : {std::pair{left, 1 - right}, std::pair{left + 1, right}})
          if (i_share * j_share != 0) f(pixel, inside(i, p.h) * p.w + inside(j, p.w), i_share * j_share);
    }
}

template <class T>
void resample_ref(const Resample& p, const T* src, T* dst) {
  for (int64_t c = 0; c < p.c; ++c) {
    std::vector<double> sums(static_cast<size_t>(p.oh * p.ow));
    for_shares(p, [&](int64_t to, int64_t from, double share) {
      sums[static_cast<size_t>(to)] +=
          share * static_cast<double>(from < 0 ? static_cast<T>(p.cval) : src[from * p.c + c]);
    });
    for (size_t i = 0; i < sums.size(); ++i) dst[static_cast<int64_t>(i) * p.c + c] = static_cast<T>(sums[i]);
  }
}

// Adds to diff_src.
template <class T>
void resample_backward_ref(const Resample& p, const T* diff_dst, T* diff_src) {
  for_shares(p, [&](int64_t to, int64_t from, double share) {
    if (from < 0) return;
    for (int64_t c = 0; c < p.c; ++c)
      diff_src[from * p.c + c] += static_cast<T>(share * static_cast<double>(diff_dst[to * p.c + c]));
  });
}

}  // namespace fovea::kernels
