#include "app/model_argument.h"

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/io/model_file.h"
#include "fovea/train/run_folder.h"
#include "fovea/zoo/zoo.h"

namespace fovea::app {
namespace {

// Of a model that leaves its pictures' sizes open, where nothing says them: what most pretrained families take.
constexpr int64_t kUsualOpenSide = 224;

// The last part of a path, without its extension.
std::string stem_of(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::string name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".weights.h5")) name.resize(name.size() - 3);
  if (const size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0) name.resize(dot);
  return name;
}

// A file's model. Data that it needs no sizes of are not opened for it.
KerasFile sized_file(const std::string& path, const std::string& output, uint64_t seed,
                     const std::function<ModelSizes()>& sizes, const Console& console) {
  const auto use = [&](const std::string& name, const std::string& weights, const Shape& pictures) {
    ModelArguments used = {.model = name, .weights = weights};
    return open_model(used, seed, [&] { return ModelSizes{.picture_shape = pictures}; }, console).model;
  };
  try {
    return read_model_file(path, {.output = output, .use = use}, seed);
  } catch (const Error& first) {
    if (first.message().find("open") == std::string::npos && first.message().find("shape") == std::string::npos) throw;
    std::optional<Shape> shape = sizes().picture_shape;
    const bool usual = !shape;
    if (usual) shape = Shape{kUsualOpenSide, kUsualOpenSide, 3};
    KerasFile file = read_model_file(path, {.picture_shape = shape, .output = output, .use = use}, seed);
    if (usual)
      console.note("{}: the model leaves its pictures' size open: taken as {}x{}", path, kUsualOpenSide, kUsualOpenSide);
    return file;
  }
}

OpenedModel open_named(const std::string& argument, const ModelArguments& arguments, uint64_t seed,
                       const std::function<ModelSizes()>& sizes, const Console& console) {
  if (argument.empty())
    throw usage_error("MODEL", "is missing (expected a name that \"fovea models\" lists, or a file)");
  if (is_model_path(argument)) {
    if (!file_exists(argument)) throw file_error(argument, "there is no such file");
    if (holds_weights_alone(argument)) {
      if (arguments.architecture.empty())
        throw file_error(argument, "holds weights and no architecture; say with --architecture which model they are of");
      OpenedModel opened = open_named(arguments.architecture, {.output = arguments.output}, seed, sizes, console);
      read_weights_file(opened.model, argument);
      opened.stem = stem_of(argument);
      opened.trained = true;
      return opened;
    }
    const bool architecture = argument.ends_with(".json");
    KerasFile file = sized_file(argument, arguments.output, seed, sizes, console);
    return {.model = std::move(file.model),
            .stem = stem_of(argument),
            .trained = !architecture,
            .training = std::move(file.training)};
  }
  if (zoo::contains(argument)) {
    zoo::Options options = {.seed = seed};
    const ModelSizes given = sizes();
    if (given.picture_shape) options.picture_shape = *given.picture_shape;
    if (given.classes) options.classes = *given.classes;
    return {.model = zoo::make(argument, options), .stem = argument, .sized = true};
  }
  if (folder_exists(argument))
    return {.model = load_model(run_model_file(argument)), .stem = stem_of(argument), .trained = true};
  if (file_exists(argument))
    throw file_error(argument, "is no model's file by its name (expected .safetensors, .keras, .h5 or .json)");
  if (argument.find('/') != std::string::npos) throw file_error(argument, "there is no such file or folder");
  zoo::make(argument);  // names what may have been meant
  throw usage_error(argument, "is no model");
}

}  // namespace

void add_model_argument(OptionTable& table, ModelArguments& arguments) {
  table.positional("MODEL", arguments.model,
                   "a name that \"fovea models\" lists, FILE.safetensors, FILE.keras, FILE.h5, FILE.json or a run folder");
}

void add_model_options(OptionTable& table, ModelArguments& arguments) {
  table.section("Model");
  table.add("--architecture", arguments.architecture,
            {.value = "MODEL", .help = "which model the weights of a .weights.h5 file are of", .none = "none"});
  table.add("--weights", arguments.weights,
            {.value = "FILE", .help = "the model takes this file's weights: by name where all fit, else in order", .none = "its own"});
  table.add("--by-name", arguments.by_name,
            {.help = "with --weights: layers of the same names take them, the others keep their own"});
  table.add("--output-layer", arguments.output,
            {.value = "LAYER", .help = "of a model of several outputs, the one that predicts and is trained", .none = "the first"});
}

OpenedModel open_model(const ModelArguments& arguments, uint64_t seed, const std::function<ModelSizes()>& sizes,
                       const Console& console) {
  if (arguments.by_name && arguments.weights.empty())
    throw usage_error("--by-name", "needs --weights FILE");
  OpenedModel opened = open_named(arguments.model, arguments, seed, sizes, console);
  if (!arguments.weights.empty()) {
    const int taken = read_weights_file(opened.model, arguments.weights, {.by_name = arguments.by_name});
    console.note("{}: {} of {} tensors taken", arguments.weights, taken, opened.model.parameters().size());
    opened.trained = taken > 0;
  }
  const std::vector<int> outputs = opened.model.graph().outputs();
  if (outputs.size() > 1)
    console.note("the model has {} outputs; {} is used (--output-layer)", outputs.size(),
                 opened.model.graph().node(opened.model.graph().output()).layer->name());
  return opened;
}

}  // namespace fovea::app
