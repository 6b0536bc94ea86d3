// Mean over the real cells of windows, and its gradient; vectors run over the channels of a cell.
#include <algorithm>

#include "fovea/kernels/pool_loops.h"
#include "fovea/kernels/pool_window.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/pool_average.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

void average_forward(const PoolProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const int64_t block = p.src.block, maps = p.src.n * p.src.blocks();
  const int64_t row_size = p.src.w * block, map_size = p.src.h * row_size;
  const float* map = arguments.in(0);
  float* dst = arguments.out(1);
  for (int64_t i = 0; i < maps; ++i, map += map_size)
    for (int64_t oy = 0; oy < p.oh; ++oy, dst += p.ow * block) {
      const WindowSpan rows = window_rows(p, oy);
      for_vectors(block, [&](auto d, int64_t c) HWY_ATTR {
        for (int64_t ox = 0; ox < p.ow; ++ox) {
          const WindowSpan columns = window_columns(p, ox);
          auto sum = hn::Zero(d);
          for (int64_t y = rows.begin; y < rows.end; ++y)
            for (int64_t x = columns.begin; x < columns.end; ++x)
              sum = hn::Add(sum, hn::LoadU(d, map + y * row_size + x * block + c));
          const float count = static_cast<float>(rows.count() * columns.count());
          hn::StoreU(hn::Div(sum, hn::Set(d, count)), d, dst + ox * block + c);
        }
      });
    }
}

// kTiled: windows lie side by side, so cells are written once; else the gradients of all windows add up in scan order.
template <bool kTiled>
void average_backward(const PoolProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const int64_t block = p.src.block, maps = p.src.n * p.src.blocks();
  const int64_t row_size = p.src.w * block, map_size = p.src.h * row_size;
  const int64_t covered_rows = window_rows(p, p.oh - 1).end, covered_columns = window_columns(p, p.ow - 1).end;
  const float* diff_dst = arguments.in(0);
  float* map = arguments.out(2);
  for (int64_t i = 0; i < maps; ++i, map += map_size) {
    if (!kTiled) std::fill(map, map + map_size, 0.0f);
    for (int64_t oy = 0; oy < p.oh; ++oy, diff_dst += p.ow * block) {
      const WindowSpan rows = window_rows(p, oy);
      for_vectors(block, [&](auto d, int64_t c) HWY_ATTR {
        for (int64_t ox = 0; ox < p.ow; ++ox) {
          const WindowSpan columns = window_columns(p, ox);
          const float count = static_cast<float>(rows.count() * columns.count());
          const auto share = hn::Div(hn::LoadU(d, diff_dst + ox * block + c), hn::Set(d, count));
          for (int64_t y = rows.begin; y < rows.end; ++y)
            for (int64_t x = columns.begin; x < columns.end; ++x) {
              float* at = map + y * row_size + x * block + c;
              hn::StoreU(kTiled ? share : hn::Add(hn::LoadU(d, at), share), d, at);
            }
        }
      });
      if (kTiled)
        for (int64_t y = rows.begin; y < rows.end; ++y)
          std::fill(map + y * row_size + covered_columns * block, map + (y + 1) * row_size, 0.0f);
    }
    if (kTiled) std::fill(map + covered_rows * row_size, map + map_size, 0.0f);
  }
}

Loop<PoolProblem> forward_loop(const PoolProblem&) { return {average_forward, hwy::TargetName(HWY_TARGET)}; }

Loop<PoolProblem> backward_loop(const PoolProblem& p) {
  return {windows_tile(p) ? average_backward<true> : average_backward<false>, hwy::TargetName(HWY_TARGET)};
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(forward_loop);
HWY_EXPORT(backward_loop);
}  // namespace

Loop<PoolProblem> average_pool_forward_loop(const PoolProblem& problem) {
  return HWY_DYNAMIC_DISPATCH(forward_loop)(problem);
}

Loop<PoolProblem> average_pool_backward_loop(const PoolProblem& problem) {
  return HWY_DYNAMIC_DISPATCH(backward_loop)(problem);
}

}  // namespace fovea::kernels
#endif
