// A model in one safetensors file: weights named and shaped as Keras has them ("conv2d/kernel"), float32, and beside them
// as texts the architecture (Keras-style JSON), class names, preprocessing and provenance. See docs/file_formats.md.
#pragma once

#include <string>

#include "fovea/model/model.h"

namespace fovea {

// Written to a temporary name and renamed. Throws Error (file).
void save_model(const Model& model, const std::string& path);

// Throws Error (file): not such a file, or weights that do not fit the architecture (one line, a table as details).
Model load_model(const std::string& path);

// The weights of `path` into a model that is there. Throws Error (file) as above.
void load_weights(Model& model, const std::string& path);

}  // namespace fovea
