#include "app/data_preview.h"

#include <algorithm>
#include <numeric>

#include "app/numbers.h"
#include "app/shown_picture.h"
#include "fovea/report/contact_sheet.h"
#include "fovea/train/augmented_examples.h"

namespace fovea::app {
namespace {

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
    for (int64_t column = 1; column < options.columns; ++column) {
      const Draw draw = {.seed = seed, .epoch = static_cast<uint64_t>(column - 1), .position = static_cast<uint64_t>(i)};
      augmented.drawn_picture(i, draw, drawn.data());
      pictures.push_back(split.dtype() == DType::u8 ? image_of_bytes(drawn.data(), shape) : image_of(drawn.data(), shape));
    }
  }
  return contact_sheet(rows, options);
}

}  // namespace fovea::app
