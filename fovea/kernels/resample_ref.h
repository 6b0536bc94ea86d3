// Resampling by the book, one number at a time: what the loop must agree with. The formulas of the fill modes are
// scipy.ndimage's (ni_interpolation.c).
#pragma once

#include <algorithm>
#include <cmath>

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
  }
  return v;
}

template <class T>
void resample_ref(const Resample& p, const T* src, T* dst) {
  for (int64_t row = 0; row < p.oh; ++row)
    for (int64_t column = 0; column < p.ow; ++column, dst += p.c) {
      const auto at = [&](const double (&in)[3]) {
        return in[0] * static_cast<double>(row) + in[1] * static_cast<double>(column) + in[2];
      };
      bool outside = false;
      double y = filled_ref(at(p.map.row), p.h, p.fill, outside);
      double x = filled_ref(at(p.map.column), p.w, p.fill, outside);
      if (!p.interpolate) y = std::floor(y + 0.5), x = std::floor(x + 0.5);
      const double top = std::floor(y), left = std::floor(x);
      const double down = y - top, right = x - left;
      const auto inside = [](double place, int64_t n) { return std::clamp<int64_t>(static_cast<int64_t>(place), 0, n - 1); };
      const auto number = [&](double i, double j, int64_t c) {
        return static_cast<double>(src[(inside(i, p.h) * p.w + inside(j, p.w)) * p.c + c]);
      };
      for (int64_t c = 0; c < p.c; ++c)
        dst[c] = outside ? static_cast<T>(p.cval)
                         : static_cast<T>((1 - down) * ((1 - right) * number(top, left, c) + right * number(top, left + 1, c)) +
                                          down * ((1 - right) * number(top + 1, left, c) + right * number(top + 1, left + 1, c)));
    }
}

}  // namespace fovea::kernels
