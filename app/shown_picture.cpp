#include "app/shown_picture.h"

#include <algorithm>

namespace fovea::app {
namespace {

// By what a number becomes a byte.
struct ToBytes {
  float low = 0, scale = 1;

  static ToBytes of(const float* numbers, int64_t count) {
    const auto [low, high] = std::minmax_element(numbers, numbers + count);
    if (*low >= 0 && *high <= 1) return {0, 255};
    if (*low >= 0 && *high <= 255) return {0, 1};
    return {*low, *high > *low ? 255 / (*high - *low) : 0};
  }
};

template <class T>
Image converted(const T* numbers, const Shape& shape, const ToBytes& bytes) {
  Image image(shape[0], shape[1], shape[2] == 3 ? 3 : 1);
  const int64_t pixels = shape[0] * shape[1], channels = shape[2];
  for (int64_t p = 0; p < pixels; ++p)
    for (int64_t c = 0; c < image.channels; ++c)
      image.pixels[static_cast<size_t>(p * image.channels + c)] = static_cast<uint8_t>(
          std::clamp((static_cast<float>(numbers[p * channels + c]) - bytes.low) * bytes.scale + 0.5f, 0.0f, 255.0f));
  return image;
}

}  // namespace

Image image_of(const uint8_t* numbers, const Shape& shape) { return converted(numbers, shape, {}); }
Image image_of(const float* numbers, const Shape& shape) { return converted(numbers, shape, ToBytes::of(numbers, shape.elements())); }
Image image_of_bytes(const float* numbers, const Shape& shape) { return converted(numbers, shape, {}); }

Image image_of(const Split& split, int64_t i) {
  const Shape shape = split.picture_shape();
  return split.dtype() == DType::u8 ? image_of(split.bytes(i), shape) : image_of(split.floats(i), shape);
}

}  // namespace fovea::app
