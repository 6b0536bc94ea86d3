#include "fovea/data/pillow_filter.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <type_traits>

namespace fovea {
namespace {

constexpr int kBits = 22;  // 8 bits of the number and 2 of overshoot fit beside them into 32

struct Filter {
  double support;
  double (*at)(double);
};

double triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }

double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

double sinc(double x) { return x == 0 ? 1 : std::sin(x * std::numbers::pi) / (x * std::numbers::pi); }
double lanczos(double x) { return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

Filter filter_of(PictureInterpolation interpolation) {
  switch (interpolation) {
    case PictureInterpolation::pillow_bicubic:
      return {2, cubic};
    case PictureInterpolation::pillow_lanczos:
      return {3, lanczos};
    default:
      assert(interpolation == PictureInterpolation::pillow_bilinear && "one of Pillow's filters");
      return {1, triangle};
  }
}

int32_t to_fixed_point(double weight) {
  return static_cast<int32_t>(weight * (1 << kBits) + (weight < 0 ? -0.5 : 0.5));
}

// What products are summed in, what a sum begins with, and the number that it ends as.
template <class T>
using Sum = std::conditional_t<std::is_same_v<T, uint8_t>, int32_t, double>;
template <class T>
constexpr Sum<T> kHalf = std::is_same_v<T, uint8_t> ? 1 << (kBits - 1) : 0;
template <class T>
T number_of(Sum<T> sum) {
  if constexpr (std::is_same_v<T, uint8_t>)
    return static_cast<uint8_t>(std::clamp(sum >> kBits, 0, 255));
  else
    return static_cast<float>(sum);
}

// `channels` numbers of the result: `count` pixels of the source, weighted.
template <int channels, class T>
T* weighted(const T* src, const Sum<T>* weights, int32_t count, T* dst) {
  Sum<T> sums[channels];
  std::fill_n(sums, channels, kHalf<T>);
  for (int32_t i = 0; i < count; ++i)
    for (int c = 0; c < channels; ++c) sums[c] += static_cast<Sum<T>>(src[channels * i + c]) * weights[i];
  for (const Sum<T> sum : sums) *dst++ = number_of<T>(sum);
  return dst;
}

template <class T>
const Sum<T>* weights_of(const FilterAxis& axis, int64_t i) {
  if constexpr (std::is_same_v<T, uint8_t>)
    return axis.fixed_point.data() + i * axis.most;
  else
    return axis.weights.data() + i * axis.most;
}

// Every row of `rows` rows is brought to the axis's width.
template <int channels, class T>
void along_rows(const FilterAxis& axis, const T* src, int64_t rows, T* dst) {
  for (int64_t y = 0; y < rows; ++y, src += axis.src * channels)
    for (int64_t x = 0; x < axis.dst; ++x) {
      const FilterAxis::Range range = axis.ranges[static_cast<size_t>(x)];
      dst = weighted<channels>(src + range.first * channels, weights_of<T>(axis, x), range.count, dst);
    }
}

template <class T>
void along_rows(const FilterAxis& axis, const T* src, int64_t rows, int64_t channels, T* dst) {
  if (channels == 3) return along_rows<3>(axis, src, rows, dst);
  if (channels == 1) return along_rows<1>(axis, src, rows, dst);
  for (int64_t y = 0; y < rows; ++y, src += axis.src * channels)
    for (int64_t x = 0; x < axis.dst; ++x) {
      const FilterAxis::Range range = axis.ranges[static_cast<size_t>(x)];
      const Sum<T>* weights = weights_of<T>(axis, x);
      for (int64_t c = 0; c < channels; ++c) {
        Sum<T> sum = kHalf<T>;
        for (int32_t i = 0; i < range.count; ++i)
          sum += static_cast<Sum<T>>(src[(range.first + i) * channels + c]) * weights[i];
        *dst++ = number_of<T>(sum);
      }
    }
}

// Every column of `width` numbers a row is brought to the axis's height.
template <class T>
void along_columns(const FilterAxis& axis, const T* src, int64_t width, T* dst) {
  for (int64_t y = 0; y < axis.dst; ++y) {
    const FilterAxis::Range range = axis.ranges[static_cast<size_t>(y)];
    const Sum<T>* weights = weights_of<T>(axis, y);
    // In pieces that stay in registers and caches, a row of the source after the other.
    constexpr int64_t kPiece = 64;
    for (int64_t begin = 0; begin < width; begin += kPiece) {
      const int64_t count = std::min(kPiece, width - begin);
      Sum<T> sums[kPiece];
      std::fill_n(sums, count, kHalf<T>);
      for (int32_t i = 0; i < range.count; ++i) {
        const T* row = src + (range.first + i) * width + begin;
        const Sum<T> weight = weights[i];
        for (int64_t x = 0; x < count; ++x) sums[x] += static_cast<Sum<T>>(row[x]) * weight;
      }
      for (int64_t x = 0; x < count; ++x) *dst++ = number_of<T>(sums[x]);
    }
  }
}

}  // namespace

FilterAxis::FilterAxis(int64_t src_size, int64_t offset, int64_t window, int64_t dst_size,
                       PictureInterpolation interpolation)
    : src(src_size), canvas(std::max(src_size, window)), dst(dst_size) {
  const bool padded = window > src;
  const int64_t begin = padded ? 0 : offset;
  const int64_t source_begin = padded ? -offset : 0;  // where the source lies on the canvas
  const Filter filter = filter_of(interpolation);
  const double scale = static_cast<double>(window) / static_cast<double>(dst), widened = std::max(scale, 1.0);
  const double support = filter.support * widened;
  std::vector<std::vector<double>> all;
  for (int64_t i = 0; i < dst; ++i) {
    const double centre = static_cast<double>(begin) + (static_cast<double>(i) + 0.5) * scale;
    const auto first = std::max<int64_t>(static_cast<int64_t>(centre - support + 0.5), 0);
    const auto last = std::min<int64_t>(static_cast<int64_t>(centre + support + 0.5), canvas);
    std::vector<double> own;
    double sum = 0;
    for (int64_t x = first; x < last; ++x) {
      own.push_back(filter.at((static_cast<double>(x) - centre + 0.5) / widened));
      sum += own.back();
    }
    if (sum != 0)
      for (double& weight : own) weight /= sum;
    // What lies on the bars weighs nothing: black.
    const int64_t from = std::clamp(source_begin - first, int64_t{0}, last - first);
    const int64_t to = std::clamp(source_begin + src - first, from, last - first);
    const int64_t place = from == to ? 0 : first + from - source_begin;
    ranges.push_back({static_cast<int32_t>(place), static_cast<int32_t>(to - from)});
    all.emplace_back(own.begin() + from, own.begin() + to);
    most = std::max(most, to - from);
  }
  weights.resize(static_cast<size_t>(dst * most));
  for (size_t i = 0; i < all.size(); ++i)
    std::copy(all[i].begin(), all[i].end(), weights.begin() + static_cast<int64_t>(i) * most);
  fixed_point.resize(weights.size());
  std::transform(weights.begin(), weights.end(), fixed_point.begin(), to_fixed_point);
}

PillowFilter::PillowFilter(FilterAxis rows, FilterAxis columns, int64_t channels)
    : rows_(std::move(rows)), columns_(std::move(columns)), channels_(channels) {}

template <class T>
void PillowFilter::run_passes(const T* src, T* dst, std::vector<T>& scratch) const {
  const int64_t fewer_rows = rows_.canvas - rows_.dst, fewer_columns = columns_.canvas - columns_.dst;
  if (fewer_rows > 0 && fewer_rows > 2 * fewer_columns) {
    scratch.resize(static_cast<size_t>(rows_.dst * columns_.src * channels_));
    along_columns(rows_, src, columns_.src * channels_, scratch.data());
    along_rows(columns_, scratch.data(), rows_.dst, channels_, dst);
  } else {
    scratch.resize(static_cast<size_t>(rows_.src * columns_.dst * channels_));
    along_rows(columns_, src, rows_.src, channels_, scratch.data());
    along_columns(rows_, scratch.data(), columns_.dst * channels_, dst);
  }
}

void PillowFilter::run(const uint8_t* src, uint8_t* dst, std::vector<uint8_t>& scratch) const {
  run_passes(src, dst, scratch);
}
void PillowFilter::run(const float* src, float* dst, std::vector<float>& scratch) const {
  run_passes(src, dst, scratch);
}

}  // namespace fovea
