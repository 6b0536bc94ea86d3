#include "fovea/train/loss.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea {
namespace {

// In short.
const std::map<std::string, Loss>& other_names() {
  static const std::map<std::string, Loss> all = {
      {"bce", Loss::binary_crossentropy}, {"mse", Loss::mean_squared_error}, {"mae", Loss::mean_absolute_error}};
  return all;
}

// "BinaryCrossentropy" and "binary_crossentropy" are the same.
std::string bare(const std::string& name) {
  std::string text;
  for (const char c : name)
    if (c != '_') text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

const std::vector<std::string>& loss_names() {
  static const std::vector<std::string> names = {"categorical_crossentropy",
                                                 "sparse_categorical_crossentropy",
                                                 "binary_crossentropy",
                                                 "categorical_focal_crossentropy",
                                                 "binary_focal_crossentropy",
                                                 "mean_squared_error",
                                                 "mean_absolute_error"};
  return names;
}

std::string to_string(Loss loss) { return loss_names()[static_cast<size_t>(loss)]; }

Loss loss_of(const std::string& name, const std::string& where) {
  const std::vector<std::string>& names = loss_names();
  for (size_t i = 0; i < names.size(); ++i)
    if (bare(name) == bare(names[i])) return static_cast<Loss>(i);
  if (const auto other = other_names().find(bare(name)); other != other_names().end()) return other->second;
  std::string all;
  for (const std::string& known : names) all += known + ", ";
  throw usage_error(where, "unknown loss (got \"{}\", expected {}bce, mse or mae){}", name, all, did_you_mean(name, names));
}

}  // namespace fovea
