#include "app/opened_data.h"

#include <fmt/format.h>

namespace fovea::app {
namespace {

constexpr size_t kKept = 2;

std::string key_of(const DataArguments& a, const PictureUse& use) {
  std::string key = fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", a.data, a.class_names, a.validation_split.value_or(-1), a.validation_split_mode,
                                a.split_seed, a.validation, a.image_size, a.scaled_decoding, a.strict, a.cache, to_string(use.resizing.resize),
                                to_string(use.resizing.interpolation));
  if (use.model != nullptr)
    for (const int64_t size : use.model->input_shape()) key += fmt::format("|{}", size);
  return key;
}

}  // namespace

Dataset OpenedData::open(const DataArguments& arguments, const PictureUse& use) {
  const std::string key = key_of(arguments, use);
  if (const auto at = kept_.find(key); at != kept_.end()) return at->second;
  if (kept_.size() >= kKept) kept_.clear();
  return kept_.emplace(key, open_data(arguments, {}, use)).first->second;
}

}  // namespace fovea::app
