#include "fovea/io/tensor_places.h"

#include <algorithm>
#include <utility>

#include "fovea/io/tensor_match.h"

namespace fovea {
namespace {

TensorEntry entry_of(const Hdf5File& file, const std::string& tensor, const std::string& name) {
  const Hdf5Entry entry = file.entry(tensor);
  if (!entry.problem.empty()) throw file_error(file.where() + ": " + tensor, "{}", entry.problem);
  return {name, entry.shape, entry.dtype};
}

// Numbers of any kind are taken as float32: what Normalization counted is an integer to Keras.
TensorEntry parameter_entry(const Hdf5File& file, const std::string& tensor, const std::string& name) {
  TensorEntry entry = entry_of(file, tensor, name);
  entry.dtype = DType::f32;
  return entry;
}

Array as_floats(Array array) {
  if (array.dtype() == DType::f32) return array;
  Array floats(DType::f32, array.shape());
  const auto from = array.values<int64_t>();
  std::transform(from.begin(), from.end(), floats.values<float>().begin(), [](int64_t n) { return static_cast<float>(n); });
  return floats;
}

}  // namespace

void check_places(const Graph& graph, const Hdf5File& file, const TensorPlaces& places) {
  std::vector<TensorEntry> held;
  for (const auto& [parameter, tensor] : places.of) held.push_back(parameter_entry(file, tensor, parameter));
  for (const std::string& tensor : places.others)
    if (file.entry(tensor).dtype == DType::f32) held.push_back(entry_of(file, tensor, tensor));
  std::vector<TensorEntry> needed = tensors_of(graph);
  std::erase_if(needed, [&](const TensorEntry& entry) { return places.kept.contains(entry.name); });
  check_tensors(needed, held, file.where());
}

void take_weights(const Hdf5File& file, const TensorPlaces& places, Parameters& parameters) {
  std::vector<std::pair<int, Array>> read;
  for (int p = 0; p < parameters.size(); ++p) {
    const auto at = places.of.find(parameters[p].path);
    if (at != places.of.end()) read.emplace_back(p, as_floats(file.read(at->second)));
  }
  // Memory goes back tensor by tensor: a new model's own is booked, but not touched yet.
  for (auto& [p, values] : read) parameters.set(p, std::exchange(values, {}));
}

}  // namespace fovea
