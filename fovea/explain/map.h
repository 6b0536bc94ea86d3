// A number for every cell of a picture, or of a layer's output.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fovea::explain {

struct Map {
  int64_t height = 0, width = 0;
  std::vector<float> values;  // rows from the top

  Map() = default;
  Map(int64_t h, int64_t w) : height(h), width(w), values(static_cast<size_t>(h * w)) {}
  float& at(int64_t y, int64_t x) { return values[static_cast<size_t>(y * width + x)]; }
  float at(int64_t y, int64_t x) const { return values[static_cast<size_t>(y * width + x)]; }
};

// Whether no cell is above 0: there is nothing to show.
bool is_zero(const Map& map);

// max(0, ·).
Map rectified(Map map);

// Positive cells divided by the largest, others 0: in [0, 1], and 0 everywhere where the map is zero (Keras's example
// divides 0 by 0 there).
Map normalised(const Map& map);

// Bilinear: half-pixel centres, no antialiasing, edges repeated (tf.image.resize).
Map resized(const Map& map, int64_t height, int64_t width);

// The cells, the largest first, equal ones in their order.
std::vector<int64_t> ranked(const Map& map);

}  // namespace fovea::explain
