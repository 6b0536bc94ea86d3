#include "fovea/train/data_examples.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea {
namespace {

std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kMost = 12;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMost); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kMost ? text + ", …" : text;
}

bool is_number(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

// By class: some split has a picture of it. Classes that have names are taken to.
std::vector<bool> occurring(const Dataset& dataset) {
  const auto classes = static_cast<size_t>(dataset.classes);
  if (!dataset.class_names.empty()) return std::vector<bool>(classes, true);
  std::vector<bool> occurs(classes);
  for (const SplitKind kind : kSplitKinds) {
    const std::vector<int64_t> counts = dataset.split(kind).class_counts(dataset.classes);
    for (size_t i = 0; i < classes; ++i) occurs[i] = occurs[i] || counts[i] > 0;
  }
  return occurs;
}

}  // namespace

PictureReader::PictureReader(const Shape& src, const PictureRules& rules, const std::string& where)
    : fit_(src, rules.shape, rules.resizing, where), preprocess_(rules.preprocess), standardize_(rules.standardize) {
  check_preprocess(preprocess_, rules.shape.back(), where);
}

void PictureReader::read(const uint8_t* src, float* dst) const {
  const Shape& shape = fit_.dst();
  const int64_t pixels = shape[0] * shape[1], channels = shape[2];
  if (fit_.same()) {
    apply_preprocess(preprocess_, src, dst, pixels, channels);
  } else {
    fit_.fit(src, dst);
    apply_preprocess(preprocess_, dst, dst, pixels, channels);
  }
  standardize(dst);
}

void PictureReader::read(const float* src, float* dst) const {
  fit_.fit(src, dst);
  standardize(dst);
}

void PictureReader::preprocess_bytes(const float* src, float* dst) const {
  const Shape& shape = fit_.dst();
  apply_preprocess(preprocess_, src, dst, shape[0] * shape[1], shape[2]);
  standardize(dst);
}

void PictureReader::preprocess_floats(const float* src, float* dst) const {
  if (dst != src) std::copy_n(src, fit_.dst().elements(), dst);
  standardize(dst);
}

std::vector<int32_t> match_classes(const Dataset& dataset, const Model& model) {
  std::vector<int32_t> classes(static_cast<size_t>(dataset.classes));
  std::iota(classes.begin(), classes.end(), 0);
  const std::vector<std::string>& known = model.info.class_names;
  // Labels written as numbers are names to a model whose names are numbers.
  const bool numbers_are_names = dataset.numbered && std::all_of(known.begin(), known.end(), is_number);
  if ((dataset.class_names.empty() && !numbers_are_names) || known.empty()) {
    if (dataset.classes > model.classes())
      throw usage_error(dataset.name, "the number of classes does not fit the model's output (got {}, expected at most {})",
                        dataset.classes, model.classes());
    return classes;
  }
  const std::vector<bool> occurs = occurring(dataset);
  for (size_t i = 0; i < classes.size(); ++i) {
    const std::string name = dataset.class_name(static_cast<int64_t>(i));
    const auto at = std::find(known.begin(), known.end(), name);
    if (at == known.end() && !occurs[i]) continue;
    if (at == known.end())
      throw file_error(dataset.name, "class \"{}\" is none of the model's (expected {}){}", name, listed(known),
                       did_you_mean(name, known));
    classes[i] = static_cast<int32_t>(at - known.begin());
  }
  return classes;
}

DataExamples::DataExamples(const Split& split, const PictureRules& rules, const std::vector<int32_t>& classes,
                           int64_t model_classes, const std::string& where)
    : split_(split),
      shape_(rules.shape),
      reader_(split.picture_shape(), rules, where),
      class_of_(classes),
      classes_(model_classes) {
  for (int64_t i = 0; i < split_.size(); ++i)
    if (label(i) >= classes_)
      throw file_error(where, "the label of picture {} is no class of the model (got {}, expected 0 to {})", i,
                       split_.label(i), classes_ - 1);
}

void DataExamples::picture(int64_t i, float* dst) const {
  if (split_.dtype() == DType::u8) {
    reader_.read(split_.bytes(i), dst);
  } else {
    reader_.read(split_.floats(i), dst);
  }
}

void DataExamples::unprocessed(int64_t i, float* dst) const {
  if (split_.dtype() == DType::u8) {
    reader_.fit(split_.bytes(i), dst);
  } else {
    reader_.fit(split_.floats(i), dst);
  }
}

void DataExamples::preprocess(const float* src, float* dst) const {
  if (split_.dtype() == DType::u8) {
    reader_.preprocess_bytes(src, dst);
  } else {
    reader_.preprocess_floats(src, dst);
  }
}

ValueRange DataExamples::value_range() const {
  if (split_.dtype() == DType::u8 || split_.empty()) return {};
  const int64_t count = split_.picture_shape().elements();
  ValueRange range = {split_.floats(0)[0], split_.floats(0)[0]};
  for (int64_t i = 0; i < split_.size(); ++i) {
    const auto [low, high] = std::minmax_element(split_.floats(i), split_.floats(i) + count);
    range = {std::min(range.low, *low), std::max(range.high, *high)};
  }
  return range;
}

}  // namespace fovea
