// The architectures that are known by name.
//
//   Model model = zoo::make("basic", {.picture_shape = {32, 32, 3}, .classes = 10, .seed = 1});
#pragma once

#include <string>
#include <vector>

#include "fovea/model/model.h"

namespace fovea::zoo {

struct Options {
  Shape picture_shape = {32, 32, 3};
  int64_t classes = 10;
  uint64_t seed = 0;  // of the first weights
};

struct Entry {
  std::string name;
  std::string description;  // one line
};

const std::vector<Entry>& entries();
bool has(const std::string& name);

// Layers bear Keras's automatic names, counted from the model's first. Throws Error (usage) for a name that is not
// there (near misses are named), and where a picture is too small for a layer, which the message names.
Model make(const std::string& name, const Options& options = {});

}  // namespace fovea::zoo
