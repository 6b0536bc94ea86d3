// The transforms of Winograd's algorithm, on vectors of channels: included once for each instruction set.
//
// A product of polynomials of kernel and side coefficients is known by its values at as many points as a tile has inputs: 0,
// pairs p and -p, and infinity (Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks"). In two dimensions
// a transform is applied to columns, then to rows. Points near 1 in size keep rounding small: with 5/8 and 3/2 the error
// is a third of what the customary 1 and 2 give; with 1/2, 1 and 2 it is three times as large, whichever three one takes.
#if defined(FOVEA_KERNELS_WINOGRAD_TRANSFORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FOVEA_KERNELS_WINOGRAD_TRANSFORM_INL_H_
#undef FOVEA_KERNELS_WINOGRAD_TRANSFORM_INL_H_
#else
#define FOVEA_KERNELS_WINOGRAD_TRANSFORM_INL_H_
#endif

#include <array>
#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The pairs' positive points, for so many inputs a tile.
template <int kInput>
struct Pairs;
template <>
struct Pairs<6> {
  static constexpr std::array<double, 2> kAt = {0.625, 1.5};
};
template <>
struct Pairs<8> {
  static constexpr std::array<double, 3> kAt = {0.5, 1, 2};
};
template <int kInput>
constexpr int kPairs = static_cast<int>(Pairs<kInput>::kAt.size());

// Coefficients of the product of (x² - q²) over all pairs q but one (`without` = -1: all), of x⁰, x², x⁴, …
template <int kInput>
constexpr std::array<double, kPairs<kInput> + 1> product_of_pairs(int without) {
  std::array<double, kPairs<kInput> + 1> coefficients = {1};
  int degree = 0;
  for (int pair = 0; pair < kPairs<kInput>; ++pair) {
    if (pair == without) continue;
    const double square = Pairs<kInput>::kAt[pair] * Pairs<kInput>::kAt[pair];
    ++degree;
    for (int k = degree; k >= 0; --k) coefficients[k] = (k > 0 ? coefficients[k - 1] : 0) - square * (k < degree ? coefficients[k] : 0);
  }
  return coefficients;
}

// 1 over the product of a point's distances from the other finite points: of 0, and of each pair.
template <int kInput>
constexpr double scale_at_0() {
  return 1 / product_of_pairs<kInput>(-1)[0];
}
template <int kInput>
constexpr double scale_at(int pair) {
  const double square = Pairs<kInput>::kAt[pair] * Pairs<kInput>::kAt[pair];
  double product = 2 * square;
  for (int other = 0; other < kPairs<kInput>; ++other)
    if (other != pair) product *= square - Pairs<kInput>::kAt[other] * Pairs<kInput>::kAt[other];
  return 1 / product;
}

// p⁰, p¹, p², … of each pair, times its scale where kScaled.
template <int kInput, int kCount, bool kScaled>
constexpr auto powers() {
  std::array<std::array<float, kCount>, kPairs<kInput>> table{};
  for (int pair = 0; pair < kPairs<kInput>; ++pair) {
    double power = kScaled ? scale_at<kInput>(pair) : 1;
    for (int i = 0; i < kCount; ++i, power *= Pairs<kInput>::kAt[pair]) table[pair][i] = static_cast<float>(power);
  }
  return table;
}

template <class D, class V>
HWY_INLINE V times(D d, float factor, V x) {
  return factor == 1 ? x : hn::Mul(hn::Set(d, factor), x);
}
template <class D, class V>
HWY_INLINE V times_add(D d, float factor, V x, V sum) {
  return factor == 1 ? hn::Add(x, sum) : hn::MulAdd(hn::Set(d, factor), x, sum);
}

// Σ factors[i] · x[i] over i = kFirst, kFirst + 2, … below kEnd.
template <int kFirst, int kEnd, class D, class V, size_t kFactors>
HWY_INLINE V every_second(D d, const std::array<float, kFactors>& factors, const V* x) {
  constexpr int kLast = kEnd - 1 - (kEnd - 1 - kFirst) % 2;
  V sum = times(d, factors[kLast], x[kLast]);
#pragma GCC unroll 8
  for (int i = kLast - 2; i >= kFirst; i -= 2) sum = times_add(d, factors[i], x[i], sum);
  return sum;
}

// Values at p and -p of a polynomial's even and odd parts at p.
template <class V>
HWY_INLINE void at_pair(V even, V odd, V* y) {
  y[0] = hn::Add(even, odd);
  y[1] = hn::Sub(even, odd);
}

// Inputs to values at the points (the transpose of finding a polynomial by its values).
template <int kInput>
struct DataTransform {
  static constexpr int kIn = kInput, kOut = kInput;

  // Of x[i]: the product of all pairs on even places, for the point 0, and on odd ones, for infinity; of the pairs but one
  // on both, for the points of that one.
  static constexpr std::array<float, kInput> all() {
    std::array<float, kInput> factors{};
    for (int i = 0; i < kInput; ++i) factors[i] = static_cast<float>(product_of_pairs<kInput>(-1)[i / 2]);
    return factors;
  }
  static constexpr auto others() {
    std::array<std::array<float, kInput - 1>, kPairs<kInput>> table{};
    for (int pair = 0; pair < kPairs<kInput>; ++pair)
      for (int i = 1; i < kInput - 1; ++i) table[pair][i] = static_cast<float>(product_of_pairs<kInput>(pair)[(i - 1) / 2]);
    return table;
  }

  template <class D, class V>
  static HWY_INLINE void apply(D d, const V* x, V* y) {
    constexpr auto kAll = all();
    constexpr auto kOthers = others();
    y[0] = every_second<0, kInput>(d, kAll, x);
#pragma GCC unroll 3
    for (int pair = 0; pair < kPairs<kInput>; ++pair) {
      const V even = every_second<2, kInput>(d, kOthers[pair], x);
      const V odd = times(d, static_cast<float>(Pairs<kInput>::kAt[pair]), every_second<1, kInput - 1>(d, kOthers[pair], x));
      at_pair(even, odd, y + 1 + 2 * pair);
    }
    y[kInput - 1] = every_second<1, kInput>(d, kAll, x);
  }
};

// A polynomial's kCount coefficients to its values at the points: weights (scaled), gradients of outputs.
template <int kInput, int kCount, bool kScaled>
struct ToPoints {
  static constexpr int kIn = kCount, kOut = kInput;

  template <class D, class V>
  static HWY_INLINE void apply(D d, const V* x, V* y) {
    constexpr auto kPowers = powers<kInput, kCount, kScaled>();
    y[0] = times(d, kScaled ? static_cast<float>(scale_at_0<kInput>()) : 1.0f, x[0]);
#pragma GCC unroll 3
    for (int pair = 0; pair < kPairs<kInput>; ++pair) {
      at_pair(every_second<0, kCount>(d, kPowers[pair], x), every_second<1, kCount>(d, kPowers[pair], x), y + 1 + 2 * pair);
    }
    y[kInput - 1] = x[kCount - 1];
  }
};

// Its transpose: products at the points to outputs, or to gradients of weights (scaled).
template <int kInput, int kCount, bool kScaled>
struct FromPoints {
  static constexpr int kIn = kInput, kOut = kCount;

  template <class D, class V>
  static HWY_INLINE void apply(D d, const V* x, V* y) {
    constexpr auto kPowers = powers<kInput, kCount, kScaled>();
    constexpr int kLast = kPairs<kInput> - 1;
    V sums[kPairs<kInput>], differences[kPairs<kInput>];
#pragma GCC unroll 3
    for (int pair = 0; pair <= kLast; ++pair) {
      sums[pair] = hn::Add(x[1 + 2 * pair], x[2 + 2 * pair]);
      differences[pair] = hn::Sub(x[1 + 2 * pair], x[2 + 2 * pair]);
    }
#pragma GCC unroll 5
    for (int i = 0; i < kCount; ++i) {
      const V* const terms = i % 2 == 0 ? sums : differences;
      V sum = i == kCount - 1 ? times_add(d, kPowers[kLast][i], terms[kLast], x[kInput - 1]) : times(d, kPowers[kLast][i], terms[kLast]);
#pragma GCC unroll 3
      for (int pair = kLast - 1; pair >= 0; --pair) sum = times_add(d, kPowers[pair][i], terms[pair], sum);
      y[i] = i == 0 ? times_add(d, kScaled ? static_cast<float>(scale_at_0<kInput>()) : 1.0f, x[0], sum) : sum;
    }
  }
};

// Tiles of side x side outputs of a kernel, and all that is done to them.
template <int kKernelSize, int kSide>
struct Tile {
  static constexpr int kKernel = kKernelSize, kInput = kKernel + kSide - 1, kPoints = kInput * kInput;
  using Data = DataTransform<kInput>;
  using Weights = ToPoints<kInput, kKernel, true>;
  using WeightsGradient = FromPoints<kInput, kKernel, true>;
  using Output = FromPoints<kInput, kSide, false>;
  using Gradient = ToPoints<kInput, kSide, false>;
};

// f(tile, vectors), both as types.
template <class Shape, class F>
void with_types_of(const Shape& shape, int64_t lanes, const F& f) {
  const auto with_tile = [&](auto d) {
    if (shape.kernel == 3) return f(Tile<3, 4>(), d);
    if (shape.side == 2) return f(Tile<5, 2>(), d);
    return f(Tile<5, 4>(), d);
  };
  if (lanes == 16) return with_tile(hn::CappedTag<float, 16>());
  if (lanes == 8) return with_tile(hn::CappedTag<float, 8>());
  return with_tile(hn::CappedTag<float, 4>());
}

// T along columns, then along rows: load(row, column) gives the vectors, store(row, column, vector) takes them.
template <class T, class D, class Load, class Store>
HWY_INLINE void transform(D d, const Load& load, const Store& store) {
  using V = hn::Vec<D>;
  V half[T::kOut][T::kIn];
#pragma GCC unroll 8
  for (int column = 0; column < T::kIn; ++column) {
    V x[T::kIn], y[T::kOut];
#pragma GCC unroll 8
    for (int row = 0; row < T::kIn; ++row) x[row] = load(row, column);
    T::apply(d, x, y);
#pragma GCC unroll 8
    for (int row = 0; row < T::kOut; ++row) half[row][column] = y[row];
  }
#pragma GCC unroll 8
  for (int row = 0; row < T::kOut; ++row) {
    V y[T::kOut];
    T::apply(d, half[row], y);
#pragma GCC unroll 8
    for (int column = 0; column < T::kOut; ++column) store(row, column, y[column]);
  }
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
