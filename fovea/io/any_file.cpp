#include "fovea/io/any_file.h"

#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/formats/hdf5.h"
#include "fovea/formats/safetensors.h"
#include "fovea/io/model_file.h"

namespace fovea {
namespace {

Error unknown_format(const std::string& path) {
  std::string all;
  for (const std::string& extension : model_extensions()) all += (all.empty() ? "" : ", ") + extension;
  return usage_error(path, "is no model's file by its name (expected {})", all);
}

}  // namespace

const std::vector<std::string>& model_extensions() {
  static const std::vector<std::string> all = {".safetensors", ".keras", ".weights.h5", ".h5", ".hdf5", ".json"};
  return all;
}

bool is_model_path(const std::string& path) {
  return std::any_of(model_extensions().begin(), model_extensions().end(),
                     [&](const std::string& extension) { return path.ends_with(extension); });
}

KerasFile read_model_file(const std::string& path, const ArchitectureOptions& options, uint64_t seed) {
  if (is_keras_path(path)) return read_keras_file(path, options);
  if (path.ends_with(".safetensors")) return {.model = load_model(path), .version = "", .training = {}};
  if (path.ends_with(".json")) return {.model = load_untrained(path, seed, options), .version = "", .training = {}};
  throw unknown_format(path);
}

bool holds_weights_alone(const std::string& path) {
  if (is_keras_path(path)) return is_weights_file(path);
  return path.ends_with(".safetensors") && !is_native_model(path);
}

std::vector<TensorEntry> tensors_in(const std::string& path) {
  std::vector<TensorEntry> tensors;
  if (is_keras_path(path)) {
    const Hdf5File file(path);
    for (const Hdf5Entry& entry : file.tensors()) tensors.push_back({entry.path.substr(1), entry.shape, entry.dtype});
  } else {
    const SafetensorsFile file(path);
    for (const SafetensorsEntry& entry : file->entries())
      tensors.push_back({entry.name, entry.shape, entry.dtype});
  }
  return tensors;
}

int read_weights_file(Model& model, const std::string& path, const LoadWeightsOptions& options) {
  if (is_keras_path(path)) return load_keras_weights(model, path, options);
  if (!path.ends_with(".safetensors")) throw unknown_format(path);
  return load_weights(model, path, options);
}

void write_model_file(const Model& model, const std::string& path, const KerasTraining& training) {
  if (is_keras_path(path)) return save_keras_model(model, path, training);
  if (path.ends_with(".safetensors")) return save_model(model, path);
  if (path.ends_with(".json")) return write_file_atomically(path, write_keras(model.graph()).dump(2) + "\n");
  throw unknown_format(path);
}

}  // namespace fovea
