// Keras's model files: .keras and .weights.h5 of Keras 3, .h5 of Keras 1 to 3.
//
// What they do not say beside a model, fovea adds where Keras looks at nothing: class names, preprocessing, resizing and
// provenance, as JSON in the member "fovea.json" of a .keras file and the attribute "fovea" of an .h5 file; what pictures
// are standardized by, as tensors of the group "fovea" of the HDF5 file.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fovea/io/architecture.h"
#include "fovea/io/tensor_match.h"
#include "fovea/model/model.h"

namespace fovea {

// What a file of a compiled model says of its training: Keras's own words for optimizer, loss and metrics, and the
// optimizer's variables in its order: steps, learning rate, then its state of every trainable variable in turn.
struct KerasTraining {
  Json compile_config = nullptr;  // Keras 3's form: {"optimizer": {…}, "loss": …, "metrics": …}; null: not compiled
  std::vector<std::pair<std::string, Array>> variables = {};  // names, of .h5 only, and numbers; empty: there is no state
};

struct KerasFile {
  Model model;
  std::string version;  // of the Keras that wrote it; empty: the file does not say
  KerasTraining training;
};

// Whether a path's extension is one of these: .keras, .h5, .hdf5.
bool is_keras_path(const std::string& path);
// Whether an HDF5 file holds weights alone; false for .keras.
bool is_weights_file(const std::string& path);

// A whole model. Throws Error (file) where the file holds weights alone, a class of the user's own, or anything that does
// not fit; what does not is a table in the error's details.
KerasFile read_keras_file(const std::string& path, const ArchitectureOptions& options = {});

// Weights of a file of any of these formats, whole models too, into a model. Returns how many tensors were taken. Throws
// Error (file), and leaves the model as it was: all are read, beside the model's own, before any is set.
int load_keras_weights(Model& model, const std::string& path, const LoadWeightsOptions& options = {});

// Written whole or not at all, as the extension says: .keras, .weights.h5 or .h5.
void save_keras_model(const Model& model, const std::string& path, const KerasTraining& training = {});

}  // namespace fovea
