// The transforms of Winograd's F(4x4, 3x3) and F(2x2, 5x5), on vectors of channels: included once for each instruction set.
//
// A product of polynomials of degrees 3 and 2, or 1 and 4, is known by its values at the points 0, a, -a, b, -b and infinity
// (Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks"). In two dimensions a transform is applied
// to columns, then to rows. Points near 1 in size keep rounding small: with a = 5/8, b = 3/2 the error is a third of
// what the customary 1 and 2 give.
#if defined(FOVEA_KERNELS_WINOGRAD_TRANSFORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FOVEA_KERNELS_WINOGRAD_TRANSFORM_INL_H_
#undef FOVEA_KERNELS_WINOGRAD_TRANSFORM_INL_H_
#else
#define FOVEA_KERNELS_WINOGRAD_TRANSFORM_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr float kA = 0.625f, kA2 = kA * kA, kA3 = kA2 * kA, kA4 = kA2 * kA2;
constexpr float kB = 1.5f, kB2 = kB * kB, kB3 = kB2 * kB, kB4 = kB2 * kB2;
// 1 over the product of a point's distances from the other finite points.
constexpr float kAt0 = 1 / (kA2 * kB2), kAtA = 1 / (2 * kA2 * (kA2 - kB2)), kAtB = 1 / (2 * kB2 * (kB2 - kA2));

// Values of the input's polynomial's transpose: 6 numbers to 6.
struct DataTransform {
  static constexpr int kIn = 6, kOut = 6;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const V* x, V* y) {
    const auto a = hn::Set(d, kA), a2 = hn::Set(d, kA2), b = hn::Set(d, kB), b2 = hn::Set(d, kB2);
    const auto product = hn::Set(d, kA2 * kB2), sum = hn::Set(d, kA2 + kB2);
    const auto even_a = hn::NegMulAdd(b2, x[2], x[4]), odd_a = hn::Mul(a, hn::NegMulAdd(b2, x[1], x[3]));
    const auto even_b = hn::NegMulAdd(a2, x[2], x[4]), odd_b = hn::Mul(b, hn::NegMulAdd(a2, x[1], x[3]));
    y[0] = hn::MulAdd(product, x[0], hn::NegMulAdd(sum, x[2], x[4]));
    y[1] = hn::Add(even_a, odd_a);
    y[2] = hn::Sub(even_a, odd_a);
    y[3] = hn::Add(even_b, odd_b);
    y[4] = hn::Sub(even_b, odd_b);
    y[5] = hn::MulAdd(product, x[1], hn::NegMulAdd(sum, x[3], x[5]));
  }
};

template <int kKernel>
struct Transforms;

template <>
struct Transforms<3> {
  // Products at the points to outputs: 6 numbers to 4.
  struct Output {
    static constexpr int kIn = 6, kOut = 4;
    template <class D, class V>
    static HWY_INLINE void apply(D d, const V* x, V* y) {
      const auto sum_a = hn::Add(x[1], x[2]), difference_a = hn::Sub(x[1], x[2]);
      const auto sum_b = hn::Add(x[3], x[4]), difference_b = hn::Sub(x[3], x[4]);
      y[0] = hn::Add(x[0], hn::Add(sum_a, sum_b));
      y[1] = hn::MulAdd(hn::Set(d, kA), difference_a, hn::Mul(hn::Set(d, kB), difference_b));
      y[2] = hn::MulAdd(hn::Set(d, kA2), sum_a, hn::Mul(hn::Set(d, kB2), sum_b));
      y[3] = hn::MulAdd(hn::Set(d, kA3), difference_a, hn::MulAdd(hn::Set(d, kB3), difference_b, x[5]));
    }
  };

  // Its transpose, gradients of outputs to values at the points: 4 numbers to 6.
  struct Gradient {
    static constexpr int kIn = 4, kOut = 6;
    template <class D, class V>
    static HWY_INLINE void apply(D d, const V* x, V* y) {
      const auto even_a = hn::MulAdd(hn::Set(d, kA2), x[2], x[0]), even_b = hn::MulAdd(hn::Set(d, kB2), x[2], x[0]);
      const auto odd_a = hn::MulAdd(hn::Set(d, kA), x[1], hn::Mul(hn::Set(d, kA3), x[3]));
      const auto odd_b = hn::MulAdd(hn::Set(d, kB), x[1], hn::Mul(hn::Set(d, kB3), x[3]));
      y[0] = x[0];
      y[1] = hn::Add(even_a, odd_a);
      y[2] = hn::Sub(even_a, odd_a);
      y[3] = hn::Add(even_b, odd_b);
      y[4] = hn::Sub(even_b, odd_b);
      y[5] = x[3];
    }
  };

  // Weights to values at the points: 3 numbers to 6.
  struct Weights {
    static constexpr int kIn = 3, kOut = 6;
    template <class D, class V>
    static HWY_INLINE void apply(D d, const V* x, V* y) {
      const auto even_a = hn::MulAdd(hn::Set(d, kA2 * kAtA), x[2], hn::Mul(hn::Set(d, kAtA), x[0]));
      const auto even_b = hn::MulAdd(hn::Set(d, kB2 * kAtB), x[2], hn::Mul(hn::Set(d, kAtB), x[0]));
      const auto odd_a = hn::Mul(hn::Set(d, kA * kAtA), x[1]), odd_b = hn::Mul(hn::Set(d, kB * kAtB), x[1]);
      y[0] = hn::Mul(hn::Set(d, kAt0), x[0]);
      y[1] = hn::Add(even_a, odd_a);
      y[2] = hn::Sub(even_a, odd_a);
      y[3] = hn::Add(even_b, odd_b);
      y[4] = hn::Sub(even_b, odd_b);
      y[5] = x[2];
    }
  };

  // Its transpose, gradients of those values to gradients of weights: 6 numbers to 3.
  struct WeightsGradient {
    static constexpr int kIn = 6, kOut = 3;
    template <class D, class V>
    static HWY_INLINE void apply(D d, const V* x, V* y) {
      const auto sum_a = hn::Add(x[1], x[2]), difference_a = hn::Sub(x[1], x[2]);
      const auto sum_b = hn::Add(x[3], x[4]), difference_b = hn::Sub(x[3], x[4]);
      y[0] = hn::MulAdd(hn::Set(d, kAt0), x[0],
                        hn::MulAdd(hn::Set(d, kAtA), sum_a, hn::Mul(hn::Set(d, kAtB), sum_b)));
      y[1] = hn::MulAdd(hn::Set(d, kA * kAtA), difference_a, hn::Mul(hn::Set(d, kB * kAtB), difference_b));
      y[2] = hn::MulAdd(hn::Set(d, kA2 * kAtA), sum_a, hn::MulAdd(hn::Set(d, kB2 * kAtB), sum_b, x[5]));
    }
  };
};

// The same of 5x5 kernels: 6 numbers to 2, 2 to 6, 5 to 6, 6 to 5.
template <>
struct Transforms<5> {
  struct Output {
    static constexpr int kIn = 6, kOut = 2;
    template <class D, class V>
    static HWY_INLINE void apply(D d, const V* x, V* y) {
      const auto difference_a = hn::Sub(x[1], x[2]), difference_b = hn::Sub(x[3], x[4]);
      y[0] = hn::Add(x[0], hn::Add(hn::Add(x[1], x[2]), hn::Add(x[3], x[4])));
      y[1] = hn::MulAdd(hn::Set(d, kA), difference_a, hn::MulAdd(hn::Set(d, kB), difference_b, x[5]));
    }
  };

  struct Gradient {
    static constexpr int kIn = 2, kOut = 6;
    template <class D, class V>
    static HWY_INLINE void apply(D d, const V* x, V* y) {
      const auto a = hn::Set(d, kA), b = hn::Set(d, kB);
      y[0] = x[0];
      y[1] = hn::MulAdd(a, x[1], x[0]);
      y[2] = hn::NegMulAdd(a, x[1], x[0]);
      y[3] = hn::MulAdd(b, x[1], x[0]);
      y[4] = hn::NegMulAdd(b, x[1], x[0]);
      y[5] = x[1];
    }
  };

  struct Weights {
    static constexpr int kIn = 5, kOut = 6;
    template <class D, class V>
    static HWY_INLINE void apply(D d, const V* x, V* y) {
      const auto even_a = hn::MulAdd(hn::Set(d, kA4 * kAtA), x[4],
                                     hn::MulAdd(hn::Set(d, kA2 * kAtA), x[2], hn::Mul(hn::Set(d, kAtA), x[0])));
      const auto even_b = hn::MulAdd(hn::Set(d, kB4 * kAtB), x[4],
                                     hn::MulAdd(hn::Set(d, kB2 * kAtB), x[2], hn::Mul(hn::Set(d, kAtB), x[0])));
      const auto odd_a = hn::MulAdd(hn::Set(d, kA3 * kAtA), x[3], hn::Mul(hn::Set(d, kA * kAtA), x[1]));
      const auto odd_b = hn::MulAdd(hn::Set(d, kB3 * kAtB), x[3], hn::Mul(hn::Set(d, kB * kAtB), x[1]));
      y[0] = hn::Mul(hn::Set(d, kAt0), x[0]);
      y[1] = hn::Add(even_a, odd_a);
      y[2] = hn::Sub(even_a, odd_a);
      y[3] = hn::Add(even_b, odd_b);
      y[4] = hn::Sub(even_b, odd_b);
      y[5] = x[4];
    }
  };

  struct WeightsGradient {
    static constexpr int kIn = 6, kOut = 5;
    template <class D, class V>
    static HWY_INLINE void apply(D d, const V* x, V* y) {
      const auto sum_a = hn::Mul(hn::Set(d, kAtA), hn::Add(x[1], x[2])), difference_a = hn::Mul(hn::Set(d, kA * kAtA), hn::Sub(x[1], x[2]));
      const auto sum_b = hn::Mul(hn::Set(d, kAtB), hn::Add(x[3], x[4])), difference_b = hn::Mul(hn::Set(d, kB * kAtB), hn::Sub(x[3], x[4]));
      const auto a2 = hn::Set(d, kA2), b2 = hn::Set(d, kB2);
      y[0] = hn::MulAdd(hn::Set(d, kAt0), x[0], hn::Add(sum_a, sum_b));
      y[1] = hn::Add(difference_a, difference_b);
      y[2] = hn::MulAdd(a2, sum_a, hn::Mul(b2, sum_b));
      y[3] = hn::MulAdd(a2, difference_a, hn::Mul(b2, difference_b));
      y[4] = hn::MulAdd(hn::Set(d, kA4), sum_a, hn::MulAdd(hn::Set(d, kB4), sum_b, x[5]));
    }
  };
};

// T along columns, then along rows: load(row, column) gives the vectors, store(row, column, vector) takes them.
template <class T, class D, class Load, class Store>
HWY_INLINE void transform(D d, const Load& load, const Store& store) {
  using V = hn::Vec<D>;
  V half[T::kOut][T::kIn];
#pragma GCC unroll 6
  for (int column = 0; column < T::kIn; ++column) {
    V x[T::kIn], y[T::kOut];
#pragma GCC unroll 6
    for (int row = 0; row < T::kIn; ++row) x[row] = load(row, column);
    T::apply(d, x, y);
#pragma GCC unroll 6
    for (int row = 0; row < T::kOut; ++row) half[row][column] = y[row];
  }
#pragma GCC unroll 6
  for (int row = 0; row < T::kOut; ++row) {
    V y[T::kOut];
    T::apply(d, half[row], y);
#pragma GCC unroll 6
    for (int column = 0; column < T::kOut; ++column) store(row, column, y[column]);
  }
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
