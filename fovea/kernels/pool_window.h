// The real cells of a pooling window: what is left of it after padding.
#pragma once

#include <algorithm>
#include <cassert>

#include "fovea/kernels/pool.h"

namespace fovea::kernels {

// Cells [begin, end) of a row or column that window `index` covers; `start` is its first cell, padding counted
// (so negative in the padding before the map).
struct WindowSpan {
  int64_t start, begin, end;

  WindowSpan(int64_t index, int64_t stride, int64_t kernel, int64_t pad, int64_t size)
      : start(index * stride - pad), begin(std::max<int64_t>(start, 0)), end(std::min(start + kernel, size)) {}
  int64_t count() const { return end - begin; }
};

inline WindowSpan window_rows(const PoolProblem& p, int64_t oy) { return {oy, p.sh, p.kh, p.pt, p.src.h}; }
inline WindowSpan window_columns(const PoolProblem& p, int64_t ox) { return {ox, p.sw, p.kw, p.pl, p.src.w}; }

// Windows [first, last) of a row have all their columns.
struct WholeWindows {
  int64_t first, last;

  explicit WholeWindows(const PoolProblem& p)
      : first(std::min((p.pl + p.sw - 1) / p.sw, p.ow)),
        last(p.src.w + p.pl < p.kw ? first : std::clamp((p.src.w + p.pl - p.kw) / p.sw + 1, first, p.ow)) {}
};

// Windows lie side by side: no cell in two of them, none between them.
inline bool windows_tile(const PoolProblem& p) { return p.kh == p.sh && p.kw == p.sw; }

// Every window has a real cell, so that it has a maximum and a mean.
inline void check_windows(const PoolProblem& p) {
  assert(p.src.dtype == DType::f32 && "pooling works on float32");
  assert(p.oh > 0 && p.ow > 0 && p.kh > 0 && p.kw > 0 && p.sh > 0 && p.sw > 0 && "sizes of a window");
  assert(p.pt >= 0 && p.pt < p.kh && p.pl >= 0 && p.pl < p.kw && "the first window reaches the map");
  assert((p.oh - 1) * p.sh - p.pt < p.src.h && (p.ow - 1) * p.sw - p.pl < p.src.w && "the last window reaches the map");
  (void)p;
}

}  // namespace fovea::kernels
