// Products of small matrices from cache, sums in registers: included once for each instruction set.
//
//   c(r, v) = Σ_k a(r, k) · b(k, v)        or added to c, where `add`
//
// r counts rows and v columns of a panel kVectors vectors wide. Twelve rows of two vectors (six on CPUs with sixteen
// registers) hold 24 (12) sums: more than the latency of a product times two a cycle, with 14 (8) loads for them, so
// that products are the limit. Rows are cut into parts of nearly one size, since a short one runs below that limit.
#if defined(FOVEA_KERNELS_WINOGRAD_PRODUCT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FOVEA_KERNELS_WINOGRAD_PRODUCT_INL_H_
#undef FOVEA_KERNELS_WINOGRAD_PRODUCT_INL_H_
#else
#define FOVEA_KERNELS_WINOGRAD_PRODUCT_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int kProductRows = HWY_TARGET <= HWY_AVX3 ? 12 : 6;

// A matrix in memory: floats from one row, or one step of k, to the next; and to the matrix that is needed next, which is
// fetched into the cache meanwhile.
struct Operand {
  const float* at;
  int64_t row, step, next = 0;
};

template <int kRows, int kVectors, class D>
HWY_NOINLINE void product_part(D d, int64_t depth, Operand a, Operand b, float* c, int64_t c_row, bool add) {
  using V = hn::Vec<D>;
  constexpr int kPointers = (kRows + 2) / 3;  // rows 3i, 3i + 1, 3i + 2 are one pointer with index 0, row, 2 · row
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V sums[kRows][kVectors];
  const float* rows[kPointers];
#pragma GCC unroll 12
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) sums[r][v] = add ? hn::LoadU(d, c + r * c_row + v * lanes) : hn::Zero(d);
#pragma GCC unroll 4
  for (int i = 0; i < kPointers; ++i) rows[i] = a.at + 3 * i * a.row;
  const float* at = b.at;
  for (int64_t k = 0; k < depth; ++k) {
    V columns[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      columns[v] = hn::LoadU(d, at + v * lanes);
      hwy::Prefetch(at + b.next + v * lanes);
    }
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
      const V value = hn::Set(d, rows[r / 3][(r % 3) * a.row]);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(value, columns[v], sums[r][v]);
    }
    at += b.step;
#pragma GCC unroll 4
    for (int i = 0; i < kPointers; ++i) rows[i] += a.step;
  }
#pragma GCC unroll 12
  for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) hn::StoreU(sums[r][v], d, c + r * c_row + v * lanes);
}

template <int kRows, int kVectors, class D>
HWY_INLINE void product_of_rows(D d, int64_t rows, int64_t depth, Operand a, Operand b, float* c, int64_t c_row, bool add) {
  if constexpr (kRows > 0) {
    if (rows == kRows)
      product_part<kRows, kVectors>(d, depth, a, b, c, c_row, add);
    else
      product_of_rows<kRows - 1, kVectors>(d, rows, depth, a, b, c, c_row, add);
  }
}

template <int kVectors, class D>
HWY_INLINE void product(D d, int64_t rows, int64_t depth, Operand a, Operand b, float* c, int64_t c_row, bool add) {
  for (int64_t parts = (rows + kProductRows - 1) / kProductRows; parts > 0; --parts) {
    const int64_t part = (rows + parts - 1) / parts;
    product_of_rows<kProductRows, kVectors>(d, part, depth, a, b, c, c_row, add);
    rows -= part;
    a.at += part * a.row;
    c += part * c_row;
  }
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
