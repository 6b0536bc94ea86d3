// Architectures by name, sized by the pictures and classes they are for.
#pragma once

#include <string>
#include <vector>

#include "fovea/model/model.h"

namespace fovea::zoo {

struct Options {
  Shape picture_shape = {32, 32, 3};
  int64_t classes = 10;
  uint64_t seed = 0;  // of the initial weights
};

struct Entry {
  std::string name;
  std::string description;  // one line
  Model (*make)(const Options& options);
};

// All architectures, in the order they are listed.
const std::vector<Entry>& entries();
bool contains(const std::string& name);

// Throws Error (usage): an unknown name (with near misses), or pictures too small for the layers.
Model make(const std::string& name, const Options& options = {});

}  // namespace fovea::zoo
