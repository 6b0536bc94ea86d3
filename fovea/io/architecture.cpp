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

}  // namespace

Graph read_architecture(const Json& json, const std::string& where, const ArchitectureOptions& options) {
  try {
    return assemble(read_draft(json, where), where, options);
  } catch (const Error& error) {
    // A layer's refusal names the layer; here it is the file's.
    if (error.where().starts_with(where)) throw Error(ErrorKind::file, error.where(), error.message());
    throw Error(ErrorKind::file, where + ": " + error.where(), error.message());
  }
}

Graph load_architecture(const std::string& path, const ArchitectureOptions& options) {
  const JsonLimits limits;
  return read_architecture(parse_json(read_file(path, limits.bytes), path, limits), path, options);
}

}  // namespace fovea
