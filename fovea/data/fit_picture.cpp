#include "fovea/data/fit_picture.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <type_traits>

#include "fovea/base/error.h"

namespace fovea {
namespace {

// ITU-R 601 in 16 bits, as Pillow has it; of floats without the rounding.
inline float gray_of(const uint8_t* rgb) {
  return static_cast<float>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16);
}
inline float gray_of(const float* rgb) { return (rgb[0] * 19595.0f + rgb[1] * 38470.0f + rgb[2] * 7471.0f) / 65536.0f; }

// The part of an axis that is kept, or the length it is padded to: as much as the other axis gives it, in Keras's
// float32 arithmetic.
int64_t matched(int64_t other, int64_t target, int64_t other_target) {
  return static_cast<int64_t>(static_cast<float>(other * target) / static_cast<float>(other_target));
}

}  // namespace

std::string_view to_string(Resize resize) {
  switch (resize) {
    case Resize::stretch:
      return "stretch";
    case Resize::crop:
      return "crop";
    case Resize::pad:
      return "pad";
  }
  return "?";
}

Resize parse_resize(const std::string& text, const std::string& where) {
  for (const Resize resize : {Resize::stretch, Resize::crop, Resize::pad})
    if (text == to_string(resize)) return resize;
  throw usage_error(where, "unknown way to resize (got \"{}\", expected stretch, crop or pad)", text);
}

// `window` rows of the source from `offset` on are resized to `dst`; rows outside the source are black.
std::vector<PictureFit::Between> PictureFit::between(int64_t src, int64_t offset, int64_t window, int64_t dst) {
  std::vector<Between> all(static_cast<size_t>(dst));
  const float scale = static_cast<float>(window) / static_cast<float>(dst);
  const auto inside = [&](int64_t place) { return place < 0 || place >= src ? -1 : place; };
  for (int64_t i = 0; i < dst; ++i) {
    const float at = (static_cast<float>(i) + 0.5f) * scale - 0.5f;
    const auto lower = std::max<int64_t>(static_cast<int64_t>(std::floor(at)), 0);
    const auto upper = std::min<int64_t>(static_cast<int64_t>(std::ceil(at)), window - 1);
    all[static_cast<size_t>(i)] = {inside(lower + offset), inside(upper + offset), at - std::floor(at)};
  }
  return all;
}

PictureFit::PictureFit(const Shape& src, const Shape& dst, Resize resize, const std::string& where)
    : src_(src), dst_(dst) {
  assert(src.rank() == 3 && dst.rank() == 3 && src.elements() > 0 && dst.elements() > 0 && "shapes of pictures");
  if (src[2] != dst[2] && !((src[2] == 1 && dst[2] == 3) || (src[2] == 3 && dst[2] == 1)))
    throw usage_error(where, "pictures of {} channels cannot be made to have {} (only 1 and 3 can be converted)",
                      src[2], dst[2]);
  int64_t rows = src[0], columns = src[1];
  if (resize == Resize::crop) {
    rows = std::max<int64_t>(std::min(src[0], matched(src[1], dst[0], dst[1])), 1);
    columns = std::max<int64_t>(std::min(src[1], matched(src[0], dst[1], dst[0])), 1);
  } else if (resize == Resize::pad) {
    // The two bars are alike: an odd row is lost.
    rows = src[0] + 2 * ((std::max(src[0], matched(src[1], dst[0], dst[1])) - src[0]) / 2);
    columns = src[1] + 2 * ((std::max(src[1], matched(src[0], dst[1], dst[0])) - src[1]) / 2);
  }
  // Half the difference on each side, rounded down; negative where it is padded.
  const auto offset = [](int64_t whole, int64_t window) {
    return window <= whole ? (whole - window) / 2 : -((window - whole) / 2);
  };
  rows_ = between(src[0], offset(src[0], rows), rows, dst[0]);
  columns_ = between(src[1], offset(src[1], columns), columns, dst[1]);
}

template <class T>
void PictureFit::run(const T* src, float* dst) const {
  const int64_t channels = src_[2], wanted = dst_[2], width = src_[1];
  const bool to_gray = channels == 3 && wanted == 1, to_colour = channels == 1 && wanted == 3;
  if (same()) {
    const int64_t count = src_.elements();
    for (int64_t i = 0; i < count; ++i) dst[i] = static_cast<float>(src[i]);
    return;
  }
  const auto number = [&](int64_t row, int64_t column, int64_t c) {
    if (row < 0 || column < 0) return 0.0f;
    const T* pixel = src + (row * width + column) * channels;
    return to_gray ? gray_of(pixel) : static_cast<float>(pixel[c]);
  };
  const int64_t different = to_colour ? 1 : wanted;  // channels that are not copies
  for (const Between& row : rows_) {
    for (const Between& column : columns_) {
      for (int64_t c = 0; c < different; ++c) {
        const float top_left = number(row.lower, column.lower, c), top_right = number(row.lower, column.upper, c);
        const float bottom_left = number(row.upper, column.lower, c), bottom_right = number(row.upper, column.upper, c);
        const float top = top_left + (top_right - top_left) * column.share;
        const float bottom = bottom_left + (bottom_right - bottom_left) * column.share;
        dst[c] = top + (bottom - top) * row.share;
      }
      if (to_colour) dst[1] = dst[2] = dst[0];
      dst += wanted;
    }
  }
}

void PictureFit::fit(const uint8_t* src, float* dst) const { run(src, dst); }
void PictureFit::fit(const float* src, float* dst) const { run(src, dst); }

}  // namespace fovea
