#include "app/data_preview.h"

#include <algorithm>

#include "app/numbers.h"
#include "fovea/report/contact_sheet.h"

namespace fovea::app {
namespace {

// Floats are 0 … 1, 0 … 255, or whatever they are: then between their smallest and largest.
Image image_of(const Split& split, int64_t i) {
  const Shape shape = split.picture_shape();
  Image image(shape[0], shape[1], shape[2] == 3 ? 3 : 1);
  const int64_t pixels = shape[0] * shape[1], channels = shape[2];
  const auto take = [&](const auto* numbers, float low, float scale) {
    for (int64_t p = 0; p < pixels; ++p)
      for (int64_t c = 0; c < image.channels; ++c)
        image.pixels[static_cast<size_t>(p * image.channels + c)] = static_cast<uint8_t>(
            std::clamp((static_cast<float>(numbers[p * channels + c]) - low) * scale + 0.5f, 0.0f, 255.0f));
  };
  if (split.dtype() == DType::u8) {
    take(split.bytes(i), 0, 1);
  } else {
    const float* numbers = split.floats(i);
    const auto [low, high] = std::minmax_element(numbers, numbers + shape.elements());
    if (*low >= 0 && *high <= 1)
      take(numbers, 0, 255);
    else if (*low >= 0 && *high <= 255)
      take(numbers, 0, 1);
    else
      take(numbers, *low, *high > *low ? 255 / (*high - *low) : 0);
  }
  return image;
}

}  // namespace

Image preview_of(const Dataset& dataset) {
  const ContactSheetOptions options;
  const Split& split = !dataset.train.empty()  ? dataset.train
                       : !dataset.test.empty() ? dataset.test
                                               : dataset.validation;
  const std::vector<int64_t> counts = split.class_counts(dataset.classes);
  std::vector<ContactRow> rows;
  for (int64_t c = 0; c < std::min(dataset.classes, kPreviewClasses); ++c)
    rows.push_back({dataset.class_name(c), grouped(counts[static_cast<size_t>(c)]) + " pictures", {}});
  for (int64_t i = 0; i < split.size(); ++i) {
    const auto label = static_cast<size_t>(split.label(i));
    if (label < rows.size() && static_cast<int64_t>(rows[label].pictures.size()) < options.columns)
      rows[label].pictures.push_back(image_of(split, i));
  }
  return contact_sheet(rows, options);
}

}  // namespace fovea::app
