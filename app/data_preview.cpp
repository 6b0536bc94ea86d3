#include "app/data_preview.h"

#include <algorithm>
#include <numeric>

#include "app/numbers.h"
#include "fovea/report/contact_sheet.h"
#include "fovea/train/augmented_examples.h"

namespace fovea::app {
namespace {

// By what a number becomes a byte.
struct ToBytes {
  float low = 0, scale = 1;

  // Floats are 0 … 1, 0 … 255, or whatever they are: then between their smallest and largest.
  static ToBytes of(const float* numbers, int64_t count) {
    const auto [low, high] = std::minmax_element(numbers, numbers + count);
    if (*low >= 0 && *high <= 1) return {0, 255};
    if (*low >= 0 && *high <= 255) return {0, 1};
    return {*low, *high > *low ? 255 / (*high - *low) : 0};
  }
};

// One channel or three; of others the first.
template <class T>
Image image_of(const T* numbers, const Shape& shape, const ToBytes& bytes) {
  Image image(shape[0], shape[1], shape[2] == 3 ? 3 : 1);
  const int64_t pixels = shape[0] * shape[1], channels = shape[2];
  for (int64_t p = 0; p < pixels; ++p)
    for (int64_t c = 0; c < image.channels; ++c)
      image.pixels[static_cast<size_t>(p * image.channels + c)] = static_cast<uint8_t>(
          std::clamp((static_cast<float>(numbers[p * channels + c]) - bytes.low) * bytes.scale + 0.5f, 0.0f, 255.0f));
  return image;
}

Image image_of(const Split& split, int64_t i) {
  const Shape shape = split.picture_shape();
  if (split.dtype() == DType::u8) return image_of(split.bytes(i), shape, {});
  return image_of(split.floats(i), shape, ToBytes::of(split.floats(i), shape.elements()));
}

const Split& shown_split(const Dataset& dataset) {
  return !dataset.train.empty() ? dataset.train : !dataset.test.empty() ? dataset.test : dataset.validation;
}

}  // namespace

Image preview_of(const Dataset& dataset) {
  const ContactSheetOptions options;
  const Split& split = shown_split(dataset);
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

Image preview_of(const Dataset& dataset, const AugmentOptions& augment, uint64_t seed) {
  const ContactSheetOptions options;
  const Split& split = shown_split(dataset);
  const Shape shape = split.picture_shape();
  std::vector<int32_t> classes(static_cast<size_t>(dataset.classes));
  std::iota(classes.begin(), classes.end(), 0);
  const DataExamples examples(split, {.shape = shape, .preprocess = Preprocess::none}, classes, dataset.classes, dataset.name);
  const AugmentedExamples augmented(examples, augment);
  std::vector<ContactRow> rows;
  for (int64_t c = 0; c < std::min(dataset.classes, kPreviewClasses); ++c)
    rows.push_back({dataset.class_name(c), "as it is; drawn", {}});
  std::vector<float> drawn(static_cast<size_t>(shape.elements()));
  for (int64_t i = 0; i < split.size(); ++i) {
    const auto label = static_cast<size_t>(split.label(i));
    if (label >= rows.size() || !rows[label].pictures.empty()) continue;
    std::vector<Image>& pictures = rows[label].pictures;
    pictures.push_back(image_of(split, i));
    examples.picture(i, drawn.data());
    const ToBytes bytes = split.dtype() == DType::u8 ? ToBytes{} : ToBytes::of(drawn.data(), shape.elements());
    for (int64_t column = 1; column < options.columns; ++column) {
      const Draw draw = {.seed = seed, .epoch = static_cast<uint64_t>(column - 1), .position = static_cast<uint64_t>(i)};
      augmented.drawn_picture(i, draw, drawn.data());
      pictures.push_back(image_of(drawn.data(), shape, bytes));
    }
  }
  return contact_sheet(rows, options);
}

}  // namespace fovea::app
