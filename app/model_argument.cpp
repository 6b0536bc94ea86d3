#include "app/model_argument.h"

#include "app/study_folder.h"
#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/base/names.h"
#include "fovea/io/model_file.h"
#include "fovea/model/transfer.h"
#include "fovea/train/run_folder.h"
#include "fovea/zoo/pretrained.h"
#include "fovea/zoo/zoo.h"

namespace fovea::app {
namespace {

// Of a model that leaves its pictures' sizes open, where nothing says them: what most pretrained families take.
constexpr int64_t kUsualOpenSide = 224;
constexpr int64_t kUsualClasses = 10;  // of a head, without data

// The last part of a path, without its extension.
std::string stem_of(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  std::string name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".weights.h5")) name.resize(name.size() - 3);
  if (const size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0) name.resize(dot);
  return name;
}

// What the weights of a model by name are.
std::string weights_file(const std::string& name, const std::string& weights, const zoo::Options& options) {
  if (weights.empty() || weights == "random") return "";
  if (weights != "imagenet") return weights;
  const zoo::PretrainedFile file = zoo::pretrained_file(name, options.picture_shape, options.include_top);
  if (const int64_t classes = zoo::entry(name).classes; options.include_top && options.classes != classes)
    throw usage_error("--weights", "imagenet's classes are another number (got {}, expected {}); --head gap makes new classes",
                      options.classes, classes);
  return zoo::find_pretrained(file);
}

void take_weights(OpenedModel& opened, const std::string& file, bool by_name, const Console& console) {
  const int taken = read_weights_file(opened.model, file, {.by_name = by_name});
  console.note("{}: {} of {} tensors taken", file, taken, opened.model.parameters().size());
  opened.trained = opened.trained || taken > 0;
}

// Of a model of several outputs, the one that predicts and is trained.
void use_output(Model& model, const std::string& layer) {
  Graph& graph = model.graph();
  std::vector<std::string> names;
  for (const int output : graph.outputs()) {
    names.push_back(graph.node(output).layer->name());
    if (names.back() != layer) continue;
    if (output != graph.output()) model.info.class_names.clear();  // they are the other output's
    return graph.set_output(output);
  }
  std::string near = did_you_mean(layer, names);
  if (near.empty()) near = fmt::format("; this model has {}", fmt::join(names, ", "));
  throw usage_error("--output-layer", "unknown output {}{}", shown(layer), near);
}

// One of the zoo's; with a head, without its top, which takes the weights.
OpenedModel open_zoo(const ModelArguments& arguments, bool base, uint64_t seed, const AskSizes& sizes,
                     const Console& console) {
  const std::string& name = arguments.model;
  const zoo::Entry& entry = zoo::entry(name);
  const ModelSizes given = sizes(nullptr);
  zoo::Options options = {.picture_shape = given.picture_shape.value_or(entry.picture_shape),
                          .classes = given.classes.value_or(entry.classes),
                          .include_top = !(base && entry.family),
                          .imagenet = arguments.weights == "imagenet"};
  // ImageNet's pictures are in colour.
  if (entry.family) options.picture_shape = {options.picture_shape[0], options.picture_shape[1], 3};
  const std::string file = weights_file(name, arguments.weights, options);
  OpenedModel opened = {.model = Model(zoo::graph(name, options), seed), .stem = name, .sized = true};
  if (!file.empty()) take_weights(opened, file, arguments.by_name, console);
  return opened;
}

// A file's model. Data that it needs no sizes of are not opened for it.
KerasFile sized_file(const std::string& path, uint64_t seed, const AskSizes& sizes, const Console& console) {
  const auto use = [&](const std::string& name, const std::string& weights, const Shape& pictures) {
    const ModelArguments used = {.model = name, .weights = weights};
    const auto shape = [&](const Model*) { return ModelSizes{.picture_shape = pictures}; };
    return zoo::contains(name) ? open_zoo(used, true, seed, shape, console).model : open_model(used, seed, shape, console).model;
  };
  try {
    return read_model_file(path, {.use = use}, seed);
  } catch (const Error& first) {
    if (first.message().find("open") == std::string::npos && first.message().find("shape") == std::string::npos) throw;
    std::optional<Shape> shape = sizes(nullptr).picture_shape;
    const bool usual = !shape;
    if (usual) shape = Shape{kUsualOpenSide, kUsualOpenSide, 3};
    KerasFile file = read_model_file(path, {.picture_shape = shape, .use = use}, seed);
    if (usual)
      console.note("{}: the model leaves its pictures' size open: taken as {}x{}", path, kUsualOpenSide, kUsualOpenSide);
    return file;
  }
}

OpenedModel open_named(const std::string& argument, const ModelArguments& arguments, uint64_t seed,
                       const AskSizes& sizes, const Console& console) {
  if (argument.empty())
    throw usage_error("MODEL", "is missing (expected a name that \"fovea models\" lists, or a file)");
  if (is_model_path(argument)) {
    if (!file_exists(argument)) throw file_error(argument, "there is no such file");
    if (holds_weights_alone(argument)) {
      if (arguments.architecture.empty())
        throw file_error(argument, "holds weights and no architecture; say with --architecture which model they are of");
      OpenedModel opened = open_named(arguments.architecture, {}, seed, sizes, console);
      read_weights_file(opened.model, argument);
      opened.stem = stem_of(argument);
      opened.trained = true;
      return opened;
    }
    const bool architecture = argument.ends_with(".json");
    KerasFile file = sized_file(argument, seed, sizes, console);
    return {.model = std::move(file.model),
            .stem = stem_of(argument),
            .trained = !architecture,
            .training = std::move(file.training)};
  }
  if (zoo::contains(argument)) {
    ModelArguments named = arguments;
    named.model = argument;
    return open_zoo(named, !arguments.head.empty(), seed, sizes, console);
  }
  if (is_study(argument))
    return {.model = load_model(run_model_file(existing_best_run(argument))), .stem = stem_of(argument), .trained = true};
  if (folder_exists(argument))
    return {.model = load_model(run_model_file(argument)), .stem = stem_of(argument), .trained = true};
  if (file_exists(argument))
    throw file_error(argument, "is no model's file by its name (expected .safetensors, .keras, .h5 or .json)");
  if (argument.find('/') != std::string::npos) throw file_error(argument, "there is no such file or folder");
  zoo::entry(argument);  // names what may have been meant
  throw usage_error(argument, "is no model");
}

OpenedModel with_head(OpenedModel opened, const std::string& head, uint64_t seed, const AskSizes& sizes) {
  const std::optional<int64_t> classes = sizes(&opened.model).classes;
  const Shape& outputs = opened.model.graph().output_shape();
  const int64_t of_its_own = outputs.rank() == 1 ? opened.model.classes() : kUsualClasses;
  const Model base = without_top(std::move(opened.model));
  return {.model = transfer(base, {.head = head, .classes = classes.value_or(of_its_own), .seed = seed}),
          .stem = opened.stem,
          .trained = opened.trained,
          .sized = true};
}

}  // namespace

ModelSizes ModelSizes::of(const DataArguments& data) {
  const std::optional<PictureSize> size = data.size();
  if (!data.data.empty()) return of(open_data(data), size);
  if (size) return {.picture_shape = Shape{size->height, size->width, 3}};
  return {};
}

void settle_picture_size(const ModelArguments& model, DataArguments& data) {
  const std::string& name = zoo::contains(model.model) ? model.model : model.architecture;
  if (!data.image_size.empty() || !zoo::contains(name) || !zoo::entry(name).family) return;
  const Shape& shape = zoo::entry(name).picture_shape;
  data.image_size = fmt::format("{},{}", shape[0], shape[1]);
}

void add_model_argument(OptionTable& table, ModelArguments& arguments) {
  table.positional("MODEL", arguments.model,
                   "a name that \"fovea models\" lists, FILE.safetensors, FILE.keras, FILE.h5, FILE.json, a run folder or a study");
}

void add_model_options(OptionTable& table, ModelArguments& arguments) {
  table.section("Model");
  table.add("--architecture", arguments.architecture,
            {.value = "MODEL", .help = "which model the weights of a .weights.h5 file are of", .none = "none"});
  table.add("--weights", arguments.weights,
            {.value = "imagenet|random|FILE",
             .help = "Keras's own weights of a pretrained family, where Keras keeps them (KERAS_HOME, ~/.keras/models); the "
                     "seed's; a file's: by name where all fit, else in order",
             .none = "its own"});
  table.add("--by-name", arguments.by_name,
            {.help = "with --weights: layers of the same names take them, the others keep their own"});
  table.add("--head", arguments.head,
            {.value = "LAYER,…",
             .help = "the model without its top as a base, behind it these layers and a softmax layer for the classes: gap, gmp, "
                     "flatten, dense:UNITS, dropout:RATE, bn",
             .none = "the model as it is"});
  table.add("--output-layer", arguments.output,
            {.value = "LAYER", .help = "of a model of several outputs, the one that predicts and is trained", .none = "the file's, else the first"});
}

OpenedModel open_model(const ModelArguments& arguments, uint64_t seed, const AskSizes& sizes,
                       const Console& console) {
  if (arguments.by_name && arguments.weights.empty()) throw usage_error("--by-name", "needs --weights FILE");
  OpenedModel opened = open_named(arguments.model, arguments, seed, sizes, console);
  if (!arguments.output.empty()) use_output(opened.model, arguments.output);
  if (!zoo::contains(arguments.model) && !arguments.weights.empty()) {
    if (arguments.weights == "imagenet")
      throw usage_error("--weights", "imagenet is for a pretrained family by its name (got {})", arguments.model);
    if (arguments.weights == "random") {
      Model untrained(opened.model.graph(), seed);
      untrained.info = std::move(opened.model.info);
      opened.model = std::move(untrained);
      opened.trained = false;
      opened.training = {};
    } else {
      take_weights(opened, arguments.weights, arguments.by_name, console);
    }
  }
  if (!arguments.head.empty()) opened = with_head(std::move(opened), arguments.head, seed, sizes);
  const std::vector<int> outputs = opened.model.graph().outputs();
  if (outputs.size() > 1)
    console.note("the model has {} outputs; {} is used (--output-layer)", outputs.size(),
                 opened.model.graph().node(opened.model.graph().output()).layer->name());
  return opened;
}

ModelAndData open_model_and_data(const ModelArguments& model, DataArguments data, const PictureArguments& pictures, const CommonOptions& common,
                                 const Console& console, const OpenData& open) {
  std::optional<Dataset> dataset;
  const auto open_for = [&](const Model* of) { dataset = open(data, {of, choose_resizing(pictures, of), common.threads}); };
  OpenedModel opened = open_model(model, common.seed, [&](const Model* known) {
    settle_picture_size(model, data);
    open_for(known);
    return ModelSizes::of(*dataset, data.size());
  }, console);
  if (!dataset) open_for(&opened.model);
  return {std::move(opened), std::move(*dataset)};
}

void warn_if_untrained(const OpenedModel& opened, const ModelArguments& arguments, uint64_t seed, const Console& console) {
  if (!opened.trained) console.note("{}: the weights are random, from seed {}: the model is untrained", arguments.model, seed);
}

}  // namespace fovea::app
