// Architectures by name, sized by the pictures and classes they are for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fovea/model/model.h"

namespace fovea::zoo {

struct Options {
  Shape picture_shape = {};  // empty: Entry::picture_shape
  int64_t classes = -1;      // unset: Entry::classes
  // Without: the output is the last maps, as Keras's include_top=False has it. Families alone can do that.
  bool include_top = true;
  uint64_t seed = 0;  // of the initial weights
  // As Keras makes it for ImageNet's weights, where that is another net.
  bool imagenet = false;
};

struct Entry {
  std::string name;
  std::string description;  // one line
  std::function<Graph(const Options& options)> graph;  // all options set
  Shape picture_shape = {32, 32, 3};
  int64_t classes = 10;
  // One of Keras's applications: Keras has ImageNet weights for it, it takes pictures of 32x32 or more, and has a base.
  bool family = false;
};

// All architectures, in the order they are listed.
const std::vector<Entry>& entries();
bool contains(const std::string& name);
// Throws Error (usage) for an unknown name, with near misses.
const Entry& entry(const std::string& name);

// Throw Error (usage): an unknown name, or pictures too small for the layers.
Graph graph(const std::string& name, const Options& options = {});
Model make(const std::string& name, const Options& options = {});

}  // namespace fovea::zoo
