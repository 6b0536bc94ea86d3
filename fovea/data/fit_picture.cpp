#include "fovea/data/fit_picture.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <span>
#include <type_traits>

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "fovea/base/error.h"

namespace fovea {
namespace {

// ITU-R 601 in 16 bits, as Pillow has it; of floats without the rounding.
inline uint8_t gray_of(const uint8_t* rgb) {
  return static_cast<uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}
inline float gray_of(const float* rgb) { return (rgb[0] * 19595.0f + rgb[1] * 38470.0f + rgb[2] * 7471.0f) / 65536.0f; }

// The part of an axis that is kept, or the length it is padded to: as much as the other axis gives it, in Keras's
// float32 arithmetic.
int64_t matched(int64_t other, int64_t target, int64_t other_target) {
  return static_cast<int64_t>(static_cast<float>(other * target) / static_cast<float>(other_target));
}

// What a thread keeps from picture to picture.
template <class T>
struct Scratch {
  std::vector<T> picture, result, pass;
  static Scratch& own() {
    thread_local Scratch scratch;
    return scratch;
  }
};

}  // namespace

// `window` rows of the source from `offset` on are resized to `dst`; rows outside the source are black.
std::vector<PictureFit::Between> PictureFit::between(int64_t src, int64_t offset, int64_t window, int64_t dst) const {
  std::vector<Between> all(static_cast<size_t>(dst));
  const float scale = static_cast<float>(window) / static_cast<float>(dst);
  const auto inside = [&](int64_t place) { return place < 0 || place >= src ? -1 : place; };
  for (int64_t i = 0; i < dst; ++i) {
    if (resizing_.interpolation == PictureInterpolation::nearest) {
      const auto at = static_cast<int64_t>(std::floor((static_cast<float>(i) + 0.5f) * scale));
      const int64_t place = inside(std::min(at, window - 1) + offset);
      all[static_cast<size_t>(i)] = {place, place, 0};
      continue;
    }
    const float at = (static_cast<float>(i) + 0.5f) * scale - 0.5f;
    const auto lower = std::max<int64_t>(static_cast<int64_t>(std::floor(at)), 0);
    const auto upper = std::min<int64_t>(static_cast<int64_t>(std::ceil(at)), window - 1);
    const float share = lower == upper ? 0 : at - std::floor(at);
    all[static_cast<size_t>(i)] = {inside(lower + offset), inside(upper + offset), share};
  }
  return all;
}

PictureFit::PictureFit(const Shape& src, const Shape& dst, Resizing resizing, const std::string& where)
    : src_(src), dst_(dst), resizing_(resizing) {
  assert(src.rank() == 3 && dst.rank() == 3 && src.elements() > 0 && dst.elements() > 0 && "shapes of pictures");
  if (src[2] != dst[2] && !((src[2] == 1 && dst[2] == 3) || (src[2] == 3 && dst[2] == 1)))
    throw usage_error(where, "pictures of {} channels cannot be made to have {} (only 1 and 3 can be converted)",
                      src[2], dst[2]);
  channels_ = std::min(src[2], dst[2]);
  int64_t rows = src[0], columns = src[1];
  if (resizing.resize == Resize::crop) {
    rows = std::max<int64_t>(std::min(src[0], matched(src[1], dst[0], dst[1])), 1);
    columns = std::max<int64_t>(std::min(src[1], matched(src[0], dst[1], dst[0])), 1);
  } else if (resizing.resize == Resize::pad) {
    // The two bars are alike: an odd row is lost.
    rows = src[0] + 2 * ((std::max(src[0], matched(src[1], dst[0], dst[1])) - src[0]) / 2);
    columns = src[1] + 2 * ((std::max(src[1], matched(src[0], dst[1], dst[0])) - src[1]) / 2);
  }
  // Half the difference on each side, rounded down; negative where it is padded.
  const auto offset = [](int64_t whole, int64_t window) {
    return window <= whole ? (whole - window) / 2 : -((window - whole) / 2);
  };
  const int64_t top = offset(src[0], rows), left = offset(src[1], columns);
  if (resizing.interpolation == PictureInterpolation::bilinear || resizing.interpolation == PictureInterpolation::nearest) {
    rows_ = between(src[0], top, rows, dst[0]);
    columns_ = between(src[1], left, columns, dst[1]);
    if (channels_ == 3 && resizing.resize != Resize::pad) prepare_colours();
  } else if (src[0] != dst[0] || src[1] != dst[1]) {
    filter_.emplace(FilterAxis(src[0], top, rows, dst[0], resizing.interpolation),
                    FilterAxis(src[1], left, columns, dst[1], resizing.interpolation), channels_);
  }
}

// The picture in gray where that is wanted; else the picture itself.
template <class T>
const T* PictureFit::converted(const T* src, std::vector<T>& scratch) const {
  if (src_[2] == channels_) return src;
  const int64_t pixels = src_[0] * src_[1];
  scratch.resize(static_cast<size_t>(pixels));
  for (int64_t i = 0; i < pixels; ++i) scratch[static_cast<size_t>(i)] = gray_of(src + i * src_[2]);
  return scratch.data();
}

// The columns from the first on that have two neighbours to their right, but for the last.
void PictureFit::prepare_colours() {
  while (quick_columns_ + 1 < columns_.size() && columns_[quick_columns_].lower + 2 < src_[1]) {
    offsets_.push_back(static_cast<int32_t>(3 * columns_[quick_columns_].lower));
    shares_.insert(shares_.end(), 4, columns_[quick_columns_].share);
    ++quick_columns_;
  }
}

// Colours of a row at the quick columns, or fewer: returns how many. The upper column is the next one, or weighs nothing. A
// pixel is a vector of four numbers, the last of which the next pixel overwrites.
size_t PictureFit::interpolate_colours([[maybe_unused]] const uint8_t* src, [[maybe_unused]] float* dst) const {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2")) return interpolate_colours_avx2(src, dst);
#endif
  return 0;
}

#ifdef __x86_64__
// Two pixels at once: of the eight bytes from the lower column on, three are the left pixel and three the right one.
__attribute__((target("avx2"))) size_t PictureFit::interpolate_colours_avx2(const uint8_t* src, float* dst) const {
  constexpr char no = -1;
  const __m256i left = _mm256_setr_epi8(0, no, no, no, 1, no, no, no, 2, no, no, no, no, no, no, no,  //
                                        0, no, no, no, 1, no, no, no, 2, no, no, no, no, no, no, no);
  const __m256i right = _mm256_setr_epi8(3, no, no, no, 4, no, no, no, 5, no, no, no, no, no, no, no,  //
                                         3, no, no, no, 4, no, no, no, 5, no, no, no, no, no, no, no);
  const auto eight = [src](int32_t at) { return _mm_loadl_epi64(reinterpret_cast<const __m128i*>(src + at)); };
  size_t i = 0;
  for (; i + 2 <= quick_columns_; i += 2, dst += 6) {
    const __m256i both =
        _mm256_inserti128_si256(_mm256_castsi128_si256(eight(offsets_[i])), eight(offsets_[i + 1]), 1);
    const __m256 lower = _mm256_cvtepi32_ps(_mm256_shuffle_epi8(both, left));
    const __m256 upper = _mm256_cvtepi32_ps(_mm256_shuffle_epi8(both, right));
    const __m256 share = _mm256_loadu_ps(shares_.data() + 4 * i);
    const __m256 between = _mm256_add_ps(lower, _mm256_mul_ps(_mm256_sub_ps(upper, lower), share));
    _mm_storeu_ps(dst, _mm256_castps256_ps128(between));
    _mm_storeu_ps(dst + 3, _mm256_extractf128_ps(between, 1));
  }
  return i;
}
#endif

// One row of the source, or a black one, at the result's columns.
template <class T>
void PictureFit::interpolate_row(const T* src, int64_t row, float* dst) const {
  if (row < 0) return static_cast<void>(std::fill_n(dst, dst_[1] * channels_, 0.0f));
  src += row * src_[1] * channels_;
  const auto number = [&](int64_t column, int64_t c) {
    return column < 0 ? 0.0f : static_cast<float>(src[column * channels_ + c]);
  };
  size_t done = 0;
  if constexpr (std::is_same_v<T, uint8_t>)
    if (quick_columns_ > 0) done = interpolate_colours(src, dst);
  dst += static_cast<int64_t>(done) * channels_;
  for (const Between& column : std::span(columns_).subspan(done))
    for (int64_t c = 0; c < channels_; ++c) {
      const float left = number(column.lower, c), right = number(column.upper, c);
      *dst++ = left + (right - left) * column.share;
    }
}

// Keras's two: `put` gets, row by row, where it begins in the result, the two lines that it lies between, and how far.
template <class T, class Put>
void PictureFit::interpolate(const T* src, Put put) const {
  const int64_t width = dst_[1] * channels_;
  std::vector<float>& lines = Scratch<float>::own().pass;
  lines.resize(static_cast<size_t>(2 * width));
  float *top = lines.data(), *bottom = top + width;
  int64_t in_top = -2, in_bottom = -2;  // rows that the lines hold
  int64_t at = 0;
  for (const Between& row : rows_) {
    if (row.lower == in_bottom) {
      std::swap(top, bottom);
      std::swap(in_top, in_bottom);
    }
    if (row.lower != in_top) interpolate_row(src, in_top = row.lower, top);
    if (row.upper != in_bottom) interpolate_row(src, in_bottom = row.upper, bottom);
    put(at, top, bottom, row.share);
    at += width;
  }
}

// One channel becomes several alike, in place.
template <class T>
void PictureFit::copy_channels(T* dst) const {
  if (dst_[2] == channels_) return;
  for (int64_t i = dst_[0] * dst_[1] - 1; i >= 0; --i) {
    const T value = dst[i];
    dst[3 * i] = dst[3 * i + 1] = dst[3 * i + 2] = value;
  }
}

// All ways but Pillow's filters: `rounded` makes a number of the result of the float that was computed.
template <class T, class D, class Rounded>
void PictureFit::fit_between(const T* src, D* dst, Rounded rounded) const {
  const int64_t width = dst_[1] * channels_;
  if (src_[0] == dst_[0] && src_[1] == dst_[1]) {
    std::copy_n(src, dst_[0] * width, dst);
  } else {
    interpolate(src, [&](int64_t at, const float* top, const float* bottom, float share) {
      for (int64_t i = 0; i < width; ++i) dst[at + i] = rounded(top[i] + (bottom[i] - top[i]) * share);
    });
  }
}

void PictureFit::fit(const float* src, float* dst) const {
  Scratch<float>& own = Scratch<float>::own();
  src = converted(src, own.picture);
  if (filter_) filter_->run(src, dst, own.pass);
  else fit_between(src, dst, [](float x) { return x; });
  copy_channels(dst);
}

void PictureFit::fit(const uint8_t* src, uint8_t* dst) const {
  Scratch<uint8_t>& own = Scratch<uint8_t>::own();
  src = converted(src, own.picture);
  if (filter_) filter_->run(src, dst, own.pass);
  else fit_between(src, dst, [](float x) { return static_cast<uint8_t>(static_cast<int32_t>(x + 0.5f)); });
  copy_channels(dst);
}

void PictureFit::fit(const uint8_t* src, float* dst) const {
  Scratch<uint8_t>& own = Scratch<uint8_t>::own();
  if (filter_) {
    own.result.resize(static_cast<size_t>(dst_.elements()));
    fit(src, own.result.data());
    std::copy(own.result.begin(), own.result.end(), dst);
    return;
  }
  fit_between(converted(src, own.picture), dst, [](float x) { return x; });
  copy_channels(dst);
}

}  // namespace fovea
