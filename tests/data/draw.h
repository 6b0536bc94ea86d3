// Pictures in canvases, and streams by number.
#pragma once

#include <vector>

#include "fovea/base/random.h"
#include "fovea/data/canvas.h"

namespace fovea {

inline Canvas canvas_of(const Shape& shape, const std::vector<float>& picture) {
  Canvas canvas;
  canvas.reshape(shape);
  std::copy(picture.begin(), picture.end(), canvas.now());
  return canvas;
}
inline std::vector<float> numbers_of(Canvas& canvas) { return {canvas.now(), canvas.now() + canvas.elements()}; }

inline RandomStream stream_of(uint64_t draw) { return RandomStream(1, purpose::kAugment, 0, draw); }

inline std::vector<float> counted(int64_t count, float first = 0) {
  std::vector<float> numbers(static_cast<size_t>(count));
  for (float& x : numbers) x = first++;
  return numbers;
}

}  // namespace fovea
