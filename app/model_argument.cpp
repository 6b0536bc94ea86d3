#include "app/model_argument.h"

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/io/architecture.h"
#include "fovea/io/model_file.h"
#include "fovea/train/run_folder.h"
#include "fovea/zoo/zoo.h"

namespace fovea::app {
namespace {

// The last part of a path, without its extension.
std::string stem_of(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::string name = path.substr(path.rfind('/') + 1);
  if (const size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0) name.resize(dot);
  return name;
}

// Data that an architecture needs no sizes of are not opened for it.
Graph sized_architecture(const std::string& path, const std::function<ModelSizes()>& sizes) {
  try {
    return load_architecture(path);
  } catch (const Error&) {
    return load_architecture(path, {.picture_shape = sizes().picture_shape});
  }
}

}  // namespace

OpenedModel open_model(const std::string& argument, uint64_t seed, const std::function<ModelSizes()>& sizes) {
  if (argument.empty())
    throw usage_error("MODEL", "is missing (expected a name that \"fovea models\" lists, or a file)");
  if (argument.ends_with(".json")) {
    if (!file_exists(argument)) throw file_error(argument, "there is no such file");
    return {.model = Model(sized_architecture(argument, sizes), seed), .stem = stem_of(argument)};
  }
  if (argument.ends_with(".keras") || argument.ends_with(".h5"))
    throw usage_error(
        argument, "Keras's files cannot be read yet (expected a name, FILE.json, FILE.safetensors or a run folder)");
  if (argument.ends_with(".safetensors"))
    return {.model = load_model(argument), .stem = stem_of(argument), .trained = true};
  if (zoo::contains(argument)) {
    zoo::Options options = {.seed = seed};
    const ModelSizes given = sizes();
    if (given.picture_shape) options.picture_shape = *given.picture_shape;
    if (given.classes) options.classes = *given.classes;
    return {.model = zoo::make(argument, options), .stem = argument, .sized = true};
  }
  if (folder_exists(argument))
    return {.model = load_model(run_model_file(argument)), .stem = stem_of(argument), .trained = true};
  if (file_exists(argument)) throw file_error(argument, "is no model's file (expected FILE.json or FILE.safetensors)");
  if (argument.find('/') != std::string::npos) throw file_error(argument, "there is no such file or folder");
  zoo::make(argument);  // names what may have been meant
  throw usage_error(argument, "is no model");
}

}  // namespace fovea::app
