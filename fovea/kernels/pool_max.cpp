// Maximum over windows, and its gradient: vectors run over the channels of a cell, so that nothing crosses lanes.
//
// A later cell wins where it is greater, or a NaN: so a tie goes to the first cell in scan order, and a NaN in the
// window is the result rather than lost.
#include <algorithm>

#include "fovea/kernels/pool_loops.h"
#include "fovea/kernels/pool_window.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/pool_max.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

template <class D, class V>
HWY_INLINE hn::Mask<D> beats(D, V value, V best) {
  return hn::Or(hn::Gt(value, best), hn::IsNaN(value));
}

template <class Winner, class D, class VI>
HWY_INLINE void store_winners(D, VI winners, Winner* to) {
  const hn::Rebind<Winner, D> dw;
  hn::StoreU(hn::DemoteTo(dw, winners), dw, to);
}

template <class Winner, class D>
HWY_INLINE hn::Vec<hn::RebindToSigned<D>> load_winners(D, const Winner* from) {
  const hn::Rebind<Winner, D> dw;
  return hn::PromoteTo(hn::RebindToSigned<D>(), hn::LoadU(dw, from));
}

// The four cells of a whole 2x2 window as a small tournament: shorter chains than cell after cell.
template <bool kTraining, class Winner, class D>
HWY_INLINE void max_of_2x2(D d, const float* HWY_RESTRICT top, const float* HWY_RESTRICT bottom, int64_t block,
                           float* HWY_RESTRICT dst, Winner* HWY_RESTRICT winners) {
  const auto a = hn::LoadU(d, top), b = hn::LoadU(d, top + block);
  const auto e = hn::LoadU(d, bottom), f = hn::LoadU(d, bottom + block);
  const auto b_wins = beats(d, b, a), f_wins = beats(d, f, e);
  const auto upper = hn::IfThenElse(b_wins, b, a), lower = hn::IfThenElse(f_wins, f, e);
  const auto lower_wins = beats(d, lower, upper);
  hn::StoreU(hn::IfThenElse(lower_wins, lower, upper), d, dst);
  if constexpr (kTraining) {
    const hn::RebindToSigned<D> di;
    const auto upper_cell = hn::IfThenElseZero(hn::RebindMask(di, b_wins), hn::Set(di, 1));
    const auto lower_cell = hn::IfThenElse(hn::RebindMask(di, f_wins), hn::Set(di, 3), hn::Set(di, 2));
    store_winners(d, hn::IfThenElse(hn::RebindMask(di, lower_wins), lower_cell, upper_cell), winners);
  }
}

template <bool kTraining, class Winner, class D>
HWY_INLINE void max_of_window(D d, const PoolProblem& p, const float* map, const WindowSpan& rows,
                              const WindowSpan& columns, float* dst, Winner* winners) {
  const hn::RebindToSigned<D> di;
  const int64_t block = p.src.block;
  const auto cell_number = [&](int64_t y, int64_t x) {
    return hn::Set(di, static_cast<int32_t>((y - rows.start) * p.kw + x - columns.start));
  };
  auto best = hn::LoadU(d, map + (rows.begin * p.src.w + columns.begin) * block);
  auto winner = cell_number(rows.begin, columns.begin);
  for (int64_t y = rows.begin; y < rows.end; ++y)
    for (int64_t x = columns.begin; x < columns.end; ++x) {
      const auto value = hn::LoadU(d, map + (y * p.src.w + x) * block);
      const auto wins = beats(d, value, best);
      best = hn::IfThenElse(wins, value, best);
      if constexpr (kTraining) winner = hn::IfThenElse(hn::RebindMask(di, wins), cell_number(y, x), winner);
    }
  hn::StoreU(best, d, dst);
  if constexpr (kTraining) store_winners(d, winner, winners);
}

template <bool kTraining, class Winner>
void max_forward(const PoolProblem& problem, const Arguments& arguments, const RunContext&, int64_t) {
  const PoolProblem p = problem;  // a copy: bytes written as winners might else be its own
  const int64_t block = p.src.block, maps = p.src.n * p.src.blocks();
  const int64_t row_size = p.src.w * block, map_size = p.src.h * row_size, dst_row_size = p.ow * block;
  const bool two_by_two = p.kh == 2 && p.kw == 2;
  const WholeWindows whole(p);
  const float* map = arguments.in(0);
  float* dst = arguments.out(1);
  Winner* winners = kTraining ? arguments.out<Winner>(2) : nullptr;
  for (int64_t i = 0; i < maps; ++i, map += map_size)
    for (int64_t oy = 0; oy < p.oh; ++oy, dst += dst_row_size, winners += kTraining ? dst_row_size : 0) {
      const WindowSpan rows = window_rows(p, oy);
      const bool fast = two_by_two && rows.count() == 2;
      for_vectors(block, [&](auto d, int64_t c) HWY_ATTR {
        const auto windows = [&](int64_t first, int64_t last) HWY_ATTR {
          for (int64_t ox = first; ox < last; ++ox)
            max_of_window<kTraining>(d, p, map + c, rows, window_columns(p, ox), dst + ox * block + c,
                                     kTraining ? winners + ox * block + c : nullptr);
        };
        if (!fast) return windows(0, p.ow);
        windows(0, whole.first);
        for (int64_t ox = whole.first; ox < whole.last; ++ox) {
          const float* top = map + rows.begin * row_size + (ox * p.sw - p.pl) * block + c;
          max_of_2x2<kTraining>(d, top, top + row_size, block, dst + ox * block + c,
                                kTraining ? winners + ox * block + c : nullptr);
        }
        windows(whole.last, p.ow);
      });
    }
}

// The gradient where this cell of the window won, zero elsewhere.
template <class D, class V, class VI>
HWY_INLINE V share_of_cell(D d, V diff, VI winner, int64_t cell) {
  const auto won = hn::Eq(winner, hn::Set(hn::RebindToSigned<D>(), static_cast<int32_t>(cell)));
  return hn::IfThenElseZero(hn::RebindMask(d, won), diff);
}

template <class Winner, class D>
HWY_INLINE void spread_over_2x2(D d, const float* HWY_RESTRICT diff_dst, const Winner* HWY_RESTRICT winners,
                                int64_t block, float* HWY_RESTRICT top, float* HWY_RESTRICT bottom) {
  const auto diff = hn::LoadU(d, diff_dst);
  const auto winner = load_winners(d, winners);
  hn::StoreU(share_of_cell(d, diff, winner, 0), d, top);
  hn::StoreU(share_of_cell(d, diff, winner, 1), d, top + block);
  hn::StoreU(share_of_cell(d, diff, winner, 2), d, bottom);
  hn::StoreU(share_of_cell(d, diff, winner, 3), d, bottom + block);
}

// Adds to what other windows gave; or, where windows lie side by side, writes every cell.
template <bool kTiled, class Winner, class D>
HWY_INLINE void spread_over_window(D d, const PoolProblem& p, const float* diff_dst, const Winner* winners,
                                   const WindowSpan& rows, const WindowSpan& columns, float* map) {
  const auto diff = hn::LoadU(d, diff_dst);
  const auto winner = load_winners(d, winners);
  for (int64_t y = rows.begin; y < rows.end; ++y)
    for (int64_t x = columns.begin; x < columns.end; ++x) {
      float* at = map + (y * p.src.w + x) * p.src.block;
      const auto share = share_of_cell(d, diff, winner, (y - rows.start) * p.kw + x - columns.start);
      hn::StoreU(kTiled ? share : hn::Add(hn::LoadU(d, at), share), d, at);
    }
}

// kTiled: windows lie side by side, so that every cell is written once; those outside all windows are cleared.
template <bool kTiled, class Winner>
void max_backward(const PoolProblem& problem, const Arguments& arguments, const RunContext&, int64_t) {
  const PoolProblem p = problem;  // a copy: bytes written as winners might else be its own
  const int64_t block = p.src.block, maps = p.src.n * p.src.blocks();
  const int64_t row_size = p.src.w * block, map_size = p.src.h * row_size, dst_row_size = p.ow * block;
  const bool two_by_two = p.kh == 2 && p.kw == 2;
  const WholeWindows whole(p);
  const int64_t covered_rows = window_rows(p, p.oh - 1).end, covered_columns = window_columns(p, p.ow - 1).end;
  const float* diff_dst = arguments.in(0);
  const Winner* winners = arguments.in<Winner>(1);
  float* map = arguments.out(2);
  for (int64_t i = 0; i < maps; ++i, map += map_size) {
    if (!kTiled) std::fill(map, map + map_size, 0.0f);
    for (int64_t oy = 0; oy < p.oh; ++oy, diff_dst += dst_row_size, winners += dst_row_size) {
      const WindowSpan rows = window_rows(p, oy);
      const bool fast = kTiled && two_by_two && rows.count() == 2;
      for_vectors(block, [&](auto d, int64_t c) HWY_ATTR {
        const auto windows = [&](int64_t first, int64_t last) HWY_ATTR {
          for (int64_t ox = first; ox < last; ++ox)
            spread_over_window<kTiled>(d, p, diff_dst + ox * block + c, winners + ox * block + c, rows,
                                       window_columns(p, ox), map + c);
        };
        if (!fast) return windows(0, p.ow);
        windows(0, whole.first);
        for (int64_t ox = whole.first; ox < whole.last; ++ox) {
          float* top = map + rows.begin * row_size + (ox * p.sw - p.pl) * block + c;
          spread_over_2x2(d, diff_dst + ox * block + c, winners + ox * block + c, block, top, top + row_size);
        }
        windows(whole.last, p.ow);
      });
      if (kTiled)
        for (int64_t y = rows.begin; y < rows.end; ++y)
          std::fill(map + y * row_size + covered_columns * block, map + (y + 1) * row_size, 0.0f);
    }
    if (kTiled) std::fill(map + covered_rows * row_size, map + map_size, 0.0f);
  }
}

Loop<PoolProblem> forward_loop(const PoolProblem& p, bool training) {
  const char* target = hwy::TargetName(HWY_TARGET);
  if (!training) return {max_forward<false, uint8_t>, target};
  if (wide_winners(p)) return {max_forward<true, uint16_t>, target};
  return {max_forward<true, uint8_t>, target};
}

Loop<PoolProblem> backward_loop(const PoolProblem& p) {
  const char* target = hwy::TargetName(HWY_TARGET);
  if (windows_tile(p)) return {wide_winners(p) ? max_backward<true, uint16_t> : max_backward<true, uint8_t>, target};
  return {wide_winners(p) ? max_backward<false, uint16_t> : max_backward<false, uint8_t>, target};
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

Loop<PoolProblem> max_pool_forward_loop(const PoolProblem& problem, bool training) {
  return HWY_DYNAMIC_DISPATCH(forward_loop)(problem, training);
}

Loop<PoolProblem> max_pool_backward_loop(const PoolProblem& problem) {
  return HWY_DYNAMIC_DISPATCH(backward_loop)(problem);
}

}  // namespace fovea::kernels
#endif
