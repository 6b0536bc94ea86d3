// Pooling by the book, on plain nhwc arrays: what the fast loops must agree with.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "fovea/kernels/pool.h"

namespace fovea::kernels {

// Calls f(source, destination, cell) for every real cell of every window, in scan order within a window: offsets in
// nhwc arrays and the cell's number in its window.
template <class F>
void for_pool_cells_ref(const PoolProblem& p, F&& f) {
  for (int64_t n = 0; n < p.src.n; ++n)
    for (int64_t oy = 0; oy < p.oh; ++oy)
      for (int64_t ox = 0; ox < p.ow; ++ox)
        for (int64_t c = 0; c < p.src.c; ++c)
          for (int64_t ky = 0; ky < p.kh; ++ky)
            for (int64_t kx = 0; kx < p.kw; ++kx) {
              const int64_t y = oy * p.sh - p.pt + ky, x = ox * p.sw - p.pl + kx;
              if (y < 0 || x < 0 || y >= p.src.h || x >= p.src.w) continue;
              f(static_cast<size_t>(((n * p.src.h + y) * p.src.w + x) * p.src.c + c),
                static_cast<size_t>(((n * p.oh + oy) * p.ow + ox) * p.src.c + c), ky * p.kw + kx);
            }
}

inline size_t pool_dst_size_ref(const PoolProblem& p) { return static_cast<size_t>(p.src.n * p.oh * p.ow * p.src.c); }
inline size_t pool_src_size_ref(const PoolProblem& p) {
  return static_cast<size_t>(p.src.n * p.src.h * p.src.w * p.src.c);
}

// How many real cells each window has.
template <class T>
std::vector<T> pool_counts_ref(const PoolProblem& p) {
  std::vector<T> counts(pool_dst_size_ref(p));
  for_pool_cells_ref(p, [&](size_t, size_t to, int64_t) { counts[to] += 1; });
  return counts;
}

// The mean; or the maximum, and with `winners` the cell that gave it.
template <class T>
std::vector<T> pool_forward_ref(const PoolProblem& p, const std::vector<T>& src,
                                std::vector<int64_t>* winners = nullptr) {
  std::vector<T> dst(pool_dst_size_ref(p));
  if (p.algorithm == PoolAlgorithm::average) {
    const std::vector<T> counts = pool_counts_ref<T>(p);
    for_pool_cells_ref(p, [&](size_t from, size_t to, int64_t) { dst[to] += src[from]; });
    for (size_t i = 0; i < dst.size(); ++i) dst[i] /= counts[i];
    return dst;
  }
  std::vector<int64_t> cells(dst.size(), -1);
  for_pool_cells_ref(p, [&](size_t from, size_t to, int64_t cell) {
    if (cells[to] >= 0 && !(src[from] > dst[to]) && !std::isnan(src[from])) return;
    dst[to] = src[from];
    cells[to] = cell;
  });
  if (winners != nullptr) *winners = cells;
  return dst;
}

// Each gradient goes to the winner; or, of an average, in equal shares to all real cells.
template <class T>
std::vector<T> pool_backward_ref(const PoolProblem& p, const std::vector<T>& diff_dst,
                                 const std::vector<int64_t>& winners) {
  std::vector<T> diff_src(pool_src_size_ref(p));
  const std::vector<T> counts = pool_counts_ref<T>(p);
  for_pool_cells_ref(p, [&](size_t from, size_t to, int64_t cell) {
    if (p.algorithm == PoolAlgorithm::average) diff_src[from] += diff_dst[to] / counts[to];
    if (p.algorithm == PoolAlgorithm::max && winners[to] == cell) diff_src[from] += diff_dst[to];
  });
  return diff_src;
}

// (n, cells, c) -> (n, c).
template <class T>
std::vector<T> global_average_ref(const Layout& l, const std::vector<T>& src) {
  std::vector<T> dst(static_cast<size_t>(l.n * l.c));
  for (size_t i = 0; i < src.size(); ++i) {
    const int64_t at = static_cast<int64_t>(i), cells = l.h * l.w;
    dst[static_cast<size_t>(at / (cells * l.c) * l.c + at % l.c)] += src[i] / static_cast<T>(cells);
  }
  return dst;
}

template <class T>
std::vector<T> global_max_ref(const Layout& l, const std::vector<T>& src) {
  std::vector<T> dst(static_cast<size_t>(l.n * l.c), -std::numeric_limits<T>::infinity());
  for (size_t i = 0; i < src.size(); ++i) {
    const int64_t at = static_cast<int64_t>(i), cells = l.h * l.w;
    T& best = dst[static_cast<size_t>(at / (cells * l.c) * l.c + at % l.c)];
    best = std::max(best, src[i]);
  }
  return dst;
}

}  // namespace fovea::kernels
