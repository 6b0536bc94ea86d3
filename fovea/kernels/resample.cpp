// For a stretch of a row, first the places of all its pixels, many at a time; then the pixels, four channels at a time.
//
// A pixel outside a constant's picture is read from behind the picture, where cval stands: nothing branches. Pixels of
// 3 channels are loaded and stored as 4: the next pixel writes over what is too much, the last one of all is stored
// apart.
#include "fovea/kernels/resample.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/resample.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

#ifndef FOVEA_KERNELS_RESAMPLE_STRETCH_
#define FOVEA_KERNELS_RESAMPLE_STRETCH_
namespace fovea::kernels {

// Where the pixels of a stretch come from: the upper left one, how far to its neighbours, and how near these are.
struct Stretch {
  static constexpr int64_t kPixels = 64;
  int32_t at[kPixels], right[kPixels], down[kPixels];
  float share_right[kPixels], share_down[kPixels];
};

}  // namespace fovea::kernels
#endif

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

constexpr hn::ScalableTag<double> kDoubles;
using Doubles = hn::Vec<decltype(kDoubles)>;
using Mask = hn::Mask<decltype(kDoubles)>;
constexpr hn::Rebind<int32_t, decltype(kDoubles)> kInts;
constexpr hn::Rebind<float, decltype(kDoubles)> kFloats;
using Ints = hn::Vec<decltype(kInts)>;

HWY_INLINE Doubles set(double value) { return hn::Set(kDoubles, value); }

// resample_ref.h has the formulas. Coordinates far beyond any picture lose their fraction, not the bounds: those are
// kept in whole numbers behind this.
HWY_INLINE Doubles filled(Doubles v, double n, FillMode fill, Mask& outside) {
  const Doubles zero = hn::Zero(kDoubles), last = set(n - 1), period = set(2 * n);
  const Mask below = hn::Lt(v, zero), above = hn::Gt(v, last);
  if (hn::AllFalse(kDoubles, hn::Or(below, above))) return v;
  switch (fill) {
    case FillMode::constant:
      outside = hn::Or(outside, hn::Or(below, above));
      return v;
    case FillMode::nearest:
      return hn::Min(hn::Max(v, zero), last);
    case FillMode::reflect: {
      if (n == 1) return zero;
      const Doubles whole = hn::Trunc(hn::Div(v, period));
      const Doubles under = hn::IfThenElse(hn::Lt(v, set(-2 * n)), hn::Sub(v, hn::Mul(period, whole)), v);
      const Doubles up = hn::IfThenElse(hn::Lt(under, set(-n)), hn::Add(under, period),
                                        hn::Sub(hn::Max(hn::Neg(under), set(1e-15)), set(1)));
      const Doubles over = hn::Sub(v, hn::Mul(period, whole));
      const Doubles back = hn::IfThenElse(hn::Ge(over, set(n)), hn::Sub(hn::Sub(period, over), set(1)), over);
      return hn::IfThenElse(below, up, hn::IfThenElse(above, back, v));
    }
    case FillMode::wrap: {
      if (n == 1) return zero;
      const Doubles whole = hn::Trunc(hn::Div(v, last));
      const Doubles up = hn::Add(v, hn::Mul(last, hn::Sub(set(1), whole)));
      return hn::IfThenElse(below, up, hn::IfThenElse(above, hn::Sub(v, hn::Mul(last, whole)), v));
    }
    case FillMode::repeat: {
      if (n == 1) return zero;
      const Doubles length = set(n), whole = hn::Trunc(hn::Div(v, last));
      const Doubles up = hn::Add(v, hn::Mul(length, hn::Sub(set(1), whole))), down = hn::Sub(v, hn::Mul(length, whole));
      return hn::Min(hn::Max(hn::IfThenElse(below, up, hn::IfThenElse(above, down, v)), zero), last);
    }
  }
  return v;
}

// One axis: the pixel before a place, the step to the next one in numbers, and how near that is.
struct Axis {
  Ints before, step;
  hn::Vec<decltype(kFloats)> share;
};
HWY_INLINE Axis axis_of(Doubles v, int64_t n, int64_t stride, bool interpolate) {
  const Doubles floor = hn::Floor(interpolate ? v : hn::Add(v, set(0.5)));
  const Ints zero = hn::Zero(kInts), last = hn::Set(kInts, static_cast<int32_t>(n - 1));
  const Ints place = hn::DemoteTo(kInts, floor);
  const Ints before = hn::Min(hn::Max(place, zero), last);
  const Ints behind = hn::Min(hn::Max(hn::Add(place, hn::Set(kInts, 1)), zero), last);
  const Ints distance = hn::Set(kInts, static_cast<int32_t>(stride));
  return {hn::Mul(before, distance), hn::Mul(hn::Sub(behind, before), distance),
          interpolate ? hn::DemoteTo(kFloats, hn::Sub(v, floor)) : hn::Zero(kFloats)};
}

// The places of `count` pixels from (row, column) on; some more are written, up to a whole vector.
HWY_INLINE void find_places(const Resample& p, int64_t row, int64_t column, int64_t count, Stretch& stretch) {
  const AffineMap& map = p.map;
  const auto y = static_cast<double>(row);
  const Ints behind_picture = hn::Set(kInts, static_cast<int32_t>(p.h * p.w * p.c));
  const auto lanes = static_cast<int64_t>(hn::Lanes(kDoubles));
  for (int64_t i = 0; i < count; i += lanes) {
    const Doubles x = hn::Iota(kDoubles, static_cast<double>(column + i));
    const auto at = [&](const double(&in)[3])
                        HWY_ATTR { return hn::Add(hn::Add(set(in[0] * y), hn::Mul(set(in[1]), x)), set(in[2])); };
    Mask outside = hn::MaskFromVec(hn::Zero(kDoubles));
    const Doubles v = filled(at(map.row), static_cast<double>(p.h), p.fill, outside);
    const Doubles u = filled(at(map.column), static_cast<double>(p.w), p.fill, outside);
    const Axis down = axis_of(v, p.h, p.w * p.c, p.interpolate), right = axis_of(u, p.w, p.c, p.interpolate);
    Ints first = hn::Add(down.before, right.before), to_right = right.step, to_down = down.step;
    if (!hn::AllFalse(kDoubles, outside)) {
      const Ints chosen = hn::DemoteTo(kInts, hn::IfThenElseZero(outside, set(-1)));
      const auto is_outside = hn::MaskFromVec(chosen);
      first = hn::IfThenElse(is_outside, behind_picture, first);
      to_right = hn::IfThenZeroElse(is_outside, to_right);
      to_down = hn::IfThenZeroElse(is_outside, to_down);
    }
    hn::StoreU(first, kInts, stretch.at + i);
    hn::StoreU(to_right, kInts, stretch.right + i);
    hn::StoreU(to_down, kInts, stretch.down + i);
    hn::StoreU(right.share, kFloats, stretch.share_right + i);
    hn::StoreU(down.share, kFloats, stretch.share_down + i);
  }
}

template <class D>
HWY_INLINE hn::Vec<D> pixel(D d, const Stretch& s, int64_t i, const float* src) {
  const float *top = src + s.at[i], *bottom = top + s.down[i];
  const auto right = hn::Set(d, s.share_right[i]), down = hn::Set(d, s.share_down[i]);
  const auto top_left = hn::LoadU(d, top), bottom_left = hn::LoadU(d, bottom);
  const auto upper = hn::MulAdd(hn::Sub(hn::LoadU(d, top + s.right[i]), top_left), right, top_left);
  const auto lower = hn::MulAdd(hn::Sub(hn::LoadU(d, bottom + s.right[i]), bottom_left), right, bottom_left);
  return hn::MulAdd(hn::Sub(lower, upper), down, upper);
}

// Pixels of kChannels channels, 0 for any number; `last` stores nothing beyond them.
template <int kChannels>
HWY_INLINE void gather(int64_t channels, const Stretch& stretch, int64_t begin, int64_t end, bool last,
                       const float* src, float* dst) {
  constexpr hn::CappedTag<float, kChannels == 1 ? 1 : 4> d;
  const int64_t c = kChannels > 0 ? kChannels : channels, lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t i = begin; i < end; ++i, dst += c)
    for (int64_t channel = 0; channel < c; channel += lanes) {
      const auto numbers = pixel(d, stretch, i, src + channel);
      if (last && channel + lanes > c) {
        float kept[4];
        hn::StoreU(numbers, d, kept);
        std::copy(kept, kept + (c - channel), dst + channel);
      } else {
        hn::StoreU(numbers, d, dst + channel);
      }
    }
}

template <int kChannels>
void interpolate(const Resample& p, const float* src, float* dst) {
  static_assert(Stretch::kPixels % (HWY_MAX_BYTES / sizeof(double)) == 0, "a stretch is whole vectors");
  Stretch stretch;
  for (int64_t row = 0; row < p.oh; ++row)
    for (int64_t column = 0; column < p.ow; column += Stretch::kPixels) {
      const int64_t count = std::min(Stretch::kPixels, p.ow - column);
      find_places(p, row, column, count, stretch);
      const bool last = row + 1 == p.oh && column + count == p.ow;
      gather<kChannels>(p.c, stretch, 0, count - last, false, src, dst);
      if (last) gather<kChannels>(p.c, stretch, count - 1, count, true, src, dst + (count - 1) * p.c);
      dst += count * p.c;
    }
}

void run(const Resample& p, const float* src, float* dst) {
  if (p.c == 1) return interpolate<1>(p, src, dst);
  if (p.c == 3) return interpolate<3>(p, src, dst);
  return interpolate<0>(p, src, dst);
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "fovea/kernels/resample_ref.h"

namespace fovea::kernels {
namespace {

HWY_EXPORT(run);

// Rows and columns are copied from whole places: -1 is outside.
int64_t whole_place(double at, int64_t n, FillMode fill) {
  bool outside = false;
  const double place = filled_ref(at, n, fill, outside);
  return outside ? -1 : std::clamp<int64_t>(static_cast<int64_t>(place), 0, n - 1);
}

void move_pixels(const Resample& p, const float* src, float* dst) {
  const double step = p.map.column[1], from = p.map.column[2];
  const auto column_of = [&](int64_t i) { return whole_place(step * static_cast<double>(i) + from, p.w, p.fill); };
  // Columns that lie inside src, in one run.
  const double lowest = step > 0 ? -from : from - static_cast<double>(p.w - 1);
  const double highest = step > 0 ? static_cast<double>(p.w - 1) - from : from;
  const auto width = static_cast<double>(p.ow);
  const auto begin = static_cast<int64_t>(std::clamp(lowest, 0.0, width));
  const auto end = std::max(begin, static_cast<int64_t>(std::clamp(highest + 1, 0.0, width)));
  const size_t pixel = static_cast<size_t>(p.c) * sizeof(float);
  const float* outside = src + p.h * p.w * p.c;
  for (int64_t row = 0; row < p.oh; ++row, dst += p.ow * p.c) {
    const int64_t from_row = whole_place(p.map.row[0] * static_cast<double>(row) + p.map.row[2], p.h, p.fill);
    const float* line = src + from_row * p.w * p.c;
    const auto copy = [&](int64_t i) {
      const int64_t column = from_row < 0 ? -1 : column_of(i);
      std::memcpy(dst + i * p.c, column < 0 ? outside : line + column * p.c, pixel);
    };
    if (from_row < 0) {
      for (int64_t i = 0; i < p.ow; ++i) copy(i);
      continue;
    }
    for (int64_t i = 0; i < begin; ++i) copy(i);
    const auto first = static_cast<int64_t>(from) + (step > 0 ? begin : -begin);
    if (step > 0 && end > begin) {
      std::memcpy(dst + begin * p.c, line + first * p.c, static_cast<size_t>(end - begin) * pixel);
    } else {
      const float* at = line + first * p.c;
      for (int64_t i = begin; i < end; ++i, at -= p.c) std::copy(at, at + p.c, dst + i * p.c);
    }
    for (int64_t i = end; i < p.ow; ++i) copy(i);
  }
}

}  // namespace

bool AffineMap::is_whole() const {
  const auto whole = [](double x) { return x == std::floor(x) && std::abs(x) < 1e9; };
  return std::abs(row[0]) == 1 && row[1] == 0 && column[0] == 0 && std::abs(column[1]) == 1 && whole(row[2]) &&
         whole(column[2]);
}

void resample(const Resample& problem, float* src, float* dst) {
  const int64_t numbers = problem.h * problem.w * problem.c;
  assert(numbers > 0 && numbers < INT32_MAX - resample_spare(problem.c) && problem.oh > 0 && problem.ow > 0 &&
         "pictures of some pixels, whose places fit 32 bits");
  std::fill(src + numbers, src + numbers + resample_spare(problem.c), problem.cval);
  if (problem.map.is_whole()) return move_pixels(problem, src, dst);
  HWY_DYNAMIC_DISPATCH(run)(problem, src, dst);
}

}  // namespace fovea::kernels
#endif
