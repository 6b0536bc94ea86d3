// MODEL, as every command takes it: a name, an architecture, a model's file, a run folder.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "fovea/data/dataset.h"
#include "fovea/model/model.h"

namespace fovea::app {

struct OpenedModel {
  Model model;
  std::string stem;      // what runs of it are named after
  bool trained = false;  // its weights come from a file
  bool sized = false;    // made for the pictures and classes of the data
};

// What an architecture takes its sizes from, where it leaves them open.
struct ModelSizes {
  std::optional<Shape> picture_shape = {};
  std::optional<int64_t> classes = {};

  // Of pictures as they are, or as they will be brought to size.
  static ModelSizes of(const Dataset& dataset, const std::optional<PictureSize>& size = {}) {
    Shape shape = dataset.picture_shape();
    if (size) shape = {size->height, size->width, shape[2]};
    return {shape, dataset.classes};
  }
};

// Throws Error: (usage) where nothing is called so, (file) where what is called so is no model. `sizes` is asked once,
// and only for what leaves them open: a name, an architecture. What is wrong with a name is known before.
OpenedModel open_model(const std::string& argument, uint64_t seed, const std::function<ModelSizes()>& sizes);

}  // namespace fovea::app
