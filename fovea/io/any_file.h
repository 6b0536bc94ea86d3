// Models in files of every format that fovea knows, by their extensions.
#pragma once

#include <string>
#include <vector>

#include "fovea/io/keras_file.h"
#include "fovea/io/tensor_match.h"

namespace fovea {

// .safetensors, .keras, .weights.h5, .h5 (or .hdf5), .json (an architecture without weights).
const std::vector<std::string>& model_extensions();
bool is_model_path(const std::string& path);

// A whole model; one of .json has the seed's numbers. Throws Error (file) where the file holds weights alone.
KerasFile read_model_file(const std::string& path, const ArchitectureOptions& options = {}, uint64_t seed = 0);
bool holds_weights_alone(const std::string& path);

// The tensors of a file that holds weights alone, under its own names.
std::vector<TensorEntry> tensors_in(const std::string& path);

// Weights of any file into a model: load_weights, load_keras_weights. Returns how many tensors were taken.
int read_weights_file(Model& model, const std::string& path, const LoadWeightsOptions& options = {});

// Written whole or not at all. Throws Error (usage) for another extension. .safetensors and .json hold no training.
void write_model_file(const Model& model, const std::string& path, const KerasTraining& training = {});

}  // namespace fovea
