#include "fovea/data/crop.h"

#include <algorithm>
#include <cmath>

#include "fovea/base/error.h"
#include "fovea/kernels/resample.h"

namespace fovea {
namespace {

int64_t whole_below(int64_t bound, RandomStream& random) {
  return static_cast<int64_t>(random.below(static_cast<uint64_t>(bound)));
}

void move_in_frame(const CropOptions& options, Canvas& canvas, RandomStream& random) {
  const int64_t padding = options.crop_padding, h = canvas.rows(), w = canvas.columns();
  const int64_t down = whole_below(2 * padding + 1, random) - padding,
                right = whole_below(2 * padding + 1, random) - padding;
  if (down == 0 && right == 0) return;
  kernels::resample({.h = h,
                     .w = w,
                     .c = canvas.channels(),
                     .oh = h,
                     .ow = w,
                     .map = {{1, 0, static_cast<double>(down)}, {0, 1, static_cast<double>(right)}},
                     .fill = kernels::FillMode::constant,
                     .cval = options.crop_fill},
                    canvas.now(), canvas.next());
  canvas.turn();
}

}  // namespace

void check(const CropOptions& options, const std::string& where) {
  if (options.crop_padding < 0 || options.crop_padding > 1 << 16)
    throw usage_error(where + ": crop_padding", "cannot be (got {}, expected pixels from 0 to 65536)",
                      options.crop_padding);
  if (options.resized_crop) {
    check_range(*options.resized_crop, "resized_crop", where);
    check_share(options.resized_crop->high, "resized_crop", where);
  }
  check_range(options.resized_crop_ratio, "resized_crop_ratio", where);
  if (!(options.resized_crop_ratio.low > 0))
    throw usage_error(where + ": resized_crop_ratio", "must be above 0 (got {})", options.resized_crop_ratio.low);
}

Box draw_crop(const Range& area, const Range& ratio, const Shape& picture, RandomStream& random) {
  const int64_t h = picture[0], w = picture[1];
  const auto whole = static_cast<double>(h * w);
  const Range logs = {std::log(ratio.low), std::log(ratio.high)};
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double cells = area.draw(random) * whole, proportion = std::exp(logs.draw(random));
    const auto width = static_cast<int64_t>(std::llround(std::sqrt(cells * proportion)));
    const auto height = static_cast<int64_t>(std::llround(std::sqrt(cells / proportion)));
    if (width < 1 || width > w || height < 1 || height > h) continue;
    const int64_t top = whole_below(h - height + 1, random), left = whole_below(w - width + 1, random);
    return {top, left, height, width};
  }
  const double is = static_cast<double>(w) / static_cast<double>(h);
  int64_t height = h, width = w;
  if (is < ratio.low) height = std::clamp<int64_t>(std::llround(static_cast<double>(w) / ratio.low), 1, h);
  if (is > ratio.high) width = std::clamp<int64_t>(std::llround(static_cast<double>(h) * ratio.high), 1, w);
  return {(h - height) / 2, (w - width) / 2, height, width};
}

void apply_crop(const Box& box, Canvas& canvas) {
  const int64_t h = canvas.rows(), w = canvas.columns(), c = canvas.channels();
  float* part = canvas.next();
  for (int64_t row = 0; row < box.height; ++row, part += box.width * c) {
    const float* from = canvas.now() + ((box.top + row) * w + box.left) * c;
    std::copy(from, from + box.width * c, part);
  }
  canvas.turn();
  const double down = static_cast<double>(box.height) / static_cast<double>(h);
  const double right = static_cast<double>(box.width) / static_cast<double>(w);
  kernels::resample({.h = box.height,
                     .w = box.width,
                     .c = c,
                     .oh = h,
                     .ow = w,
                     .map = {{down, 0, 0.5 * down - 0.5}, {0, right, 0.5 * right - 0.5}}},
                    canvas.now(), canvas.next());
  canvas.turn();
}

void crop(const CropOptions& options, Canvas& canvas, RandomStream& random) {
  if (options.resized_crop)
    apply_crop(draw_crop(*options.resized_crop, options.resized_crop_ratio, canvas.shape(), random), canvas);
  if (options.crop_padding > 0) move_in_frame(options, canvas, random);
}

}  // namespace fovea
