#include "fovea/io/architecture.h"

#include "fovea/base/file.h"
#include "fovea/io/draft.h"

namespace fovea {
namespace {

Draft read_draft(const Json& json, const std::string& where) {
  if (member(json, "class_name") != nullptr) return read_keras_draft(json, where);
  if (member(json, "layers") != nullptr) return read_short_draft(json, where);
  throw file_error(
      where, "not an architecture (got {}, expected Keras's to_json() or {{\"input_shape\": …, \"layers\": [ … ]}})",
      shown(json));
}

Json load_json(const std::string& path) {
  const JsonLimits limits;
  return parse_json(read_file(path, limits.bytes), path, limits);
}

Graph read(const Json& json, const std::string& where, const ArchitectureOptions& options, UsedModels& used) {
  try {
    return assemble(read_draft(json, where), where, options, used);
  } catch (const Error& error) {
    // A layer's refusal names the layer; here it is the file's.
    if (error.where().starts_with(where)) throw Error(ErrorKind::file, error.where(), error.message());
    throw Error(ErrorKind::file, where + ": " + error.where(), error.message());
  }
}

}  // namespace

Graph read_architecture(const Json& json, const std::string& where, const ArchitectureOptions& options) {
  UsedModels used;
  return read(json, where, options, used);
}

Model load_untrained(const std::string& path, uint64_t seed, const ArchitectureOptions& options) {
  UsedModels used;
  Graph graph = read(load_json(path), path, options, used);
  Model model(std::move(graph), seed);
  for (const auto& [place, part] : used)
    for (int p = 0; p < part.parameters().size(); ++p)
      model.parameters().set(model.parameters().find(place + "/" + part.parameters()[p].path), part.parameters().get(p));
  return model;
}

Graph load_architecture(const std::string& path, const ArchitectureOptions& options) {
  return read_architecture(load_json(path), path, options);
}

}  // namespace fovea
