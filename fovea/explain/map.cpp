#include "fovea/explain/map.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace fovea::explain {
namespace {

// Between which two rows (or columns) of the source one of the result lies, and how far.
struct Between {
  int64_t lower = 0, upper = 0;
  float share = 0;
};

std::vector<Between> between(int64_t src, int64_t dst) {
  std::vector<Between> places(static_cast<size_t>(dst));
  const float scale = static_cast<float>(src) / static_cast<float>(dst);
  for (int64_t i = 0; i < dst; ++i) {
    const float at = (static_cast<float>(i) + 0.5f) * scale - 0.5f;
    const auto below = static_cast<int64_t>(std::floor(at));
    places[static_cast<size_t>(i)] = {std::clamp<int64_t>(below, 0, src - 1), std::clamp<int64_t>(below + 1, 0, src - 1),
                                      at - static_cast<float>(below)};
  }
  return places;
}

}  // namespace

bool is_zero(const Map& map) {
  return std::none_of(map.values.begin(), map.values.end(), [](float x) { return x > 0; });
}

Map rectified(Map map) {
  for (float& x : map.values) x = std::max(x, 0.0f);
  return map;
}

Map normalised(const Map& map) {
  Map result = rectified(map);
  const float largest = result.values.empty() ? 0 : *std::max_element(result.values.begin(), result.values.end());
  if (!(largest > 0)) return Map(map.height, map.width);
  for (float& x : result.values) x /= largest;
  return result;
}

Map resized(const Map& map, int64_t height, int64_t width) {
  const auto rows = between(map.height, height), columns = between(map.width, width);
  Map result(height, width);
  for (int64_t y = 0; y < height; ++y) {
    const Between& row = rows[static_cast<size_t>(y)];
    for (int64_t x = 0; x < width; ++x) {
      const Between& column = columns[static_cast<size_t>(x)];
      const auto on = [&](int64_t r) {
        const float left = map.at(r, column.lower);
        return left + (map.at(r, column.upper) - left) * column.share;
      };
      const float top = on(row.lower);
      result.at(y, x) = top + (on(row.upper) - top) * row.share;
    }
  }
  return result;
}

std::vector<int64_t> ranked(const Map& map) {
  std::vector<int64_t> cells(map.values.size());
  std::iota(cells.begin(), cells.end(), 0);
  std::stable_sort(cells.begin(), cells.end(), [&](int64_t a, int64_t b) {
    return map.values[static_cast<size_t>(a)] > map.values[static_cast<size_t>(b)];
  });
  return cells;
}

}  // namespace fovea::explain
