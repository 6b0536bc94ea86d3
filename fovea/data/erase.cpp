#include "fovea/data/erase.h"

#include <algorithm>
#include <cmath>

#include "fovea/base/error.h"

namespace fovea {
namespace {

template <class F>
void for_numbers(const Box& box, Canvas& canvas, F&& f) {
  for (int64_t row = box.top; row < box.top + box.height; ++row) {
    float* x = canvas.now() + (row * canvas.columns() + box.left) * canvas.channels();
    for (int64_t i = 0; i < box.width * canvas.channels(); ++i) x[i] = f();
  }
}

// As for a crop, but a box that fits in none of a hundred draws is left out.
std::optional<Box> draw_erasing(const EraseOptions& options, const Shape& picture, RandomStream& random) {
  const int64_t h = picture[0], w = picture[1];
  for (int attempt = 0; attempt < 100; ++attempt) {
    const double cells = options.erasing_area.draw(random) * static_cast<double>(h * w),
                 ratio = options.erasing_ratio.draw(random);
    const auto height = static_cast<int64_t>(std::llround(std::sqrt(cells * ratio)));
    const auto width = static_cast<int64_t>(std::llround(std::sqrt(cells / ratio)));
    if (height >= h || width >= w) continue;
    const auto top = static_cast<int64_t>(random.below(static_cast<uint64_t>(h - height + 1)));
    const auto left = static_cast<int64_t>(random.below(static_cast<uint64_t>(w - width + 1)));
    return Box{top, left, height, width};
  }
  return std::nullopt;
}

}  // namespace

void check(const EraseOptions& options, const std::string& where) {
  if (options.cutout < 0 || options.cutout > 1 << 16)
    throw usage_error(where + ": cutout", "cannot be (got {}, expected a side from 0 to 65536)", options.cutout);
  check_share(options.random_erasing, "random_erasing", where);
  check_range(options.erasing_area, "erasing_area", where);
  check_share(options.erasing_area.high, "erasing_area", where);
  check_range(options.erasing_ratio, "erasing_ratio", where);
  if (!(options.erasing_ratio.low > 0))
    throw usage_error(where + ": erasing_ratio", "must be above 0 (got {})", options.erasing_ratio.low);
}

Box draw_cutout(int64_t side, const Shape& picture, RandomStream& random) {
  const auto part = [&](int64_t length) {
    const auto middle = static_cast<int64_t>(random.below(static_cast<uint64_t>(length)));
    const int64_t first = std::max<int64_t>(middle - side / 2, 0);
    return std::pair{first, std::min(middle - side / 2 + side, length) - first};
  };
  const auto [top, height] = part(picture[0]);
  const auto [left, width] = part(picture[1]);
  return {top, left, height, width};
}

void fill(const Box& box, float value, Canvas& canvas) {
  for_numbers(box, canvas, [=] { return value; });
}

void erase(const EraseOptions& options, ValueRange range, Canvas& canvas, RandomStream& random) {
  if (options.cutout > 0) fill(draw_cutout(options.cutout, canvas.shape(), random), options.cutout_fill, canvas);
  if (options.random_erasing == 0 || random.unit_double() >= options.random_erasing) return;
  const auto box = draw_erasing(options, canvas.shape(), random);
  if (!box) return;
  if (options.erasing_fill) return fill(*box, *options.erasing_fill, canvas);
  for_numbers(*box, canvas, [&] { return range.low + (range.high - range.low) * random.unit(); });
}

}  // namespace fovea
