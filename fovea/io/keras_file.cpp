#include "fovea/io/keras_file.h"

#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/formats/zip_file.h"
#include "fovea/io/keras_groups.h"
#include "fovea/io/keras_tree.h"
#include "fovea/io/model_info.h"

namespace fovea {
namespace {

constexpr uint64_t kMostConfig = uint64_t{64} << 20;
constexpr uint64_t kMostWeights = uint64_t{1} << 36;
constexpr const char* kConfig = "config.json";
constexpr const char* kWeights = "model.weights.h5";
constexpr const char* kMetadata = "metadata.json";
constexpr const char* kOurs = "fovea.json";
constexpr const char* kOurAttribute = "fovea";
constexpr const char* kOurGroup = "/fovea";
// What others take fovea's files for.
constexpr const char* kKeras2 = "2.15.0";
constexpr const char* kKeras3 = "3.0.0";

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool is_zip(const std::string& path) {
  FileReader file(path);
  uint8_t magic[4] = {};
  return file.read(magic) == 4 && magic[0] == 'P' && magic[1] == 'K';
}

enum class Kind { model, groups, tree };

// What an HDF5 file is.
Kind kind_of(const Hdf5File& file) {
  if (file.text("/", "model_config")) return Kind::model;
  if (file.texts("/", "layer_names")) return Kind::groups;
  for (const char* group : {"layers", "_layer_checkpoint_dependencies", "vars", "optimizer"})
    if (file.has(group)) return Kind::tree;
  for (const Hdf5Entry& entry : file.tensors())
    if (entry.path.find("/vars/") != std::string::npos) return Kind::tree;
  throw file_error(file.where(), "is none of Keras's files: it has no model_config, no layer_names, no layers");
}

void read_tree_optimizer(const Hdf5File& file, KerasTraining& training) {
  for (int i = 0;; ++i) {
    const std::string path = "/optimizer/vars/" + std::to_string(i);
    if (!file.has_tensor(path)) return;
    training.variables.emplace_back("", file.read(path));
  }
}

void read_group_optimizer(const Hdf5File& file, KerasTraining& training) {
  const std::string where = file.where() + ": training_config";
  if (const auto text = file.text("/", "training_config")) {
    const Json config = parse_json(*text, where);
    if (!config.is_object()) throw file_error(where, "cannot be (got {}, expected an object)", shown(config));
    training.compile_config = {{"optimizer", config.value("optimizer_config", Json())},
                               {"loss", config.value("loss", Json())},
                               {"metrics", config.value("metrics", Json())}};
  }
  if (!file.has("/optimizer_weights")) return;
  for (const std::string& name : file.texts("/optimizer_weights", "weight_names").value_or(std::vector<std::string>{}))
    if (const std::string path = "/optimizer_weights/" + name; file.has_tensor(path))
      training.variables.emplace_back(name, file.read(path));
}

// The order of a whole model's groups is its own. `architecture`: the file's, where that alone names its layers.
TensorPlaces find(const Graph& graph, const Hdf5File& file, const LoadWeightsOptions& options,
                  const Graph* architecture = nullptr) {
  const Kind kind = kind_of(file);
  if (kind == Kind::tree)
    return options.by_name ? find_named_in_tree(graph, file, architecture) : find_in_tree(graph, file);
  const std::string root = kind == Kind::model ? "/model_weights" : "/";
  const WeightOrder order = options.by_name                 ? WeightOrder::only_named
                            : names_fit(graph, file, root) ? WeightOrder::by_name
                                                           : WeightOrder::by_place;
  return find_in_groups(graph, file, root, order);
}

KerasFile build(const Json& config, const std::string& config_where, const Hdf5File& weights, const std::string& version,
                const ArchitectureOptions& options) {
  Graph graph = read_architecture(config, config_where, options);
  const TensorPlaces places = find(graph, weights, {});
  check_places(graph, weights, places);
  KerasFile file{.model = Model(std::move(graph), Unset{}), .version = version, .training = {}};
  take_weights(weights, places, file.model.parameters());
  return file;
}

// What fovea adds: see keras_file.h. Statistics, which may be large, are tensors of the HDF5 file.
void read_info(const std::string& text, const std::string& where, const Hdf5File& file, Model& model) {
  model.info = model_info_from_json(parse_json(text, where), where, model.classes());
  if (model.info.standardize.is_null() || !file.has(kOurGroup)) return;
  for (const std::string& name : file.children(kOurGroup))
    if (const std::string path = std::string(kOurGroup) + "/" + name; file.has_tensor(path))
      model.info.statistics.emplace_back(name, std::make_shared<const Array>(file.read(path)));
}

void write_statistics(const Model& model, Hdf5Writer& file) {
  for (const auto& [name, numbers] : model.info.statistics)
    file.tensor(NamedTensor::of(std::string(kOurGroup) + "/" + name, *numbers));
}

KerasFile read_h5(const std::string& path, const ArchitectureOptions& options) {
  const Hdf5File file(path);
  if (kind_of(file) != Kind::model)
    throw file_error(path, "holds weights and no architecture; say with --architecture which model they are of");
  const std::string where = path + ": model_config";
  Json config = parse_json(*file.text("/", "model_config"), where);
  std::string version = file.text("/", "keras_version").value_or("1");
  if (config.is_object() && !config.contains("keras_version")) config["keras_version"] = version;
  KerasFile read = build(config, where, file, version, options);
  if (const auto ours = file.text("/", kOurAttribute)) read_info(*ours, path + ": fovea", file, read.model);
  read_group_optimizer(file, read.training);
  return read;
}

KerasFile read_archive(const std::string& path, const ArchitectureOptions& options) {
  const ZipFile archive(path, "a .keras archive");
  for (const char* member : {kConfig, kWeights})
    if (!archive.has(member)) throw file_error(path, "is no .keras archive: it has no {}", member);
  const std::string where = path + ": " + kConfig;
  Json config = parse_json(archive.read(kConfig, kMostConfig), where);
  std::string version = "3";
  if (archive.has(kMetadata)) {
    const Json metadata = parse_json(archive.read(kMetadata, kMostConfig), path + ": " + kMetadata);
    if (metadata.is_object() && metadata.contains("keras_version") && metadata["keras_version"].is_string())
      version = metadata["keras_version"].get<std::string>();
  }
  if (config.is_object() && !config.contains("keras_version")) config["keras_version"] = version;
  const std::string bytes = archive.read(kWeights, kMostWeights);
  const Hdf5File weights(as_bytes(bytes), path + ": " + kWeights);
  KerasFile read = build(config, where, weights, version, options);
  if (archive.has(kOurs)) read_info(archive.read(kOurs, kMostConfig), path + ": " + kOurs, weights, read.model);
  if (config.contains("compile_config")) read.training.compile_config = config["compile_config"];
  read_tree_optimizer(weights, read.training);
  return read;
}

bool is_compiled(const KerasTraining& training) {
  return training.compile_config.is_object() && training.compile_config.contains("optimizer") &&
         !training.compile_config["optimizer"].is_null();
}

void write_training(const KerasTraining& training, Hdf5Writer& file) {
  for (size_t i = 0; i < training.variables.size(); ++i)
    file.tensor(NamedTensor::of("/optimizer/vars/" + std::to_string(i), training.variables[i].second));
  if (!training.variables.empty()) file.text("/optimizer/vars", "name", "optimizer");
}

void save_weights(const Model& model, const std::string& path, const KerasTraining& training) {
  Hdf5Writer file(path);
  write_tree(model, file);
  write_training(training, file);
  write_file_atomically(path, file.finish());
}

void save_archive(const Model& model, const std::string& path, const KerasTraining& training) {
  Hdf5Writer weights(path + ": " + kWeights);
  write_tree(model, weights);
  write_training(training, weights);
  write_statistics(model, weights);
  const Bytes bytes = weights.finish();
  Json config = write_keras(model.graph());
  if (is_compiled(training)) config["compile_config"] = training.compile_config;
  const std::string metadata = dump({{"keras_version", kKeras3}}), text = dump(config), ours = dump(model_info_json(model.info));
  const std::pair<std::string, Bytes> members[] = {
      {kMetadata, as_bytes(metadata)}, {kConfig, as_bytes(text)}, {kWeights, bytes}, {kOurs, as_bytes(ours)}};
  save_zip(path, members);
}

// By this name Keras 2 means another function.
bool has_hard_sigmoid(const Graph& graph) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(), [](const Node& node) {
    return node.layer->activation() == ActivationKind::hard_sigmoid ||
           node.layer->is_activation() == ActivationKind::hard_sigmoid;
  });
}

void save_h5(const Model& model, const std::string& path, const KerasTraining& training) {
  Hdf5Writer file(path);
  file.text("/", "keras_version", has_hard_sigmoid(model.graph()) ? kKeras3 : kKeras2);
  file.text("/", "backend", "tensorflow");
  file.text("/", "model_config", dump(write_keras_2(model.graph())));
  file.text("/", kOurAttribute, dump(model_info_json(model.info)));
  file.group("/model_weights");
  write_groups(model, "/model_weights", file);
  write_statistics(model, file);
  if (is_compiled(training)) {
    Json config = {{"optimizer_config", training.compile_config.value("optimizer", Json())},
                   {"loss", training.compile_config.value("loss", Json())},
                   {"metrics", training.compile_config.value("metrics", Json())},
                   {"weighted_metrics", nullptr},
                   {"loss_weights", nullptr}};
    file.text("/", "training_config", dump(config));
  }
  if (!training.variables.empty()) {
    std::vector<std::string> names;
    file.group("/optimizer_weights");
    for (const auto& [name, values] : training.variables) {
      names.push_back(name);
      file.tensor(NamedTensor::of("/optimizer_weights/" + name, values));
    }
    file.texts("/optimizer_weights", "weight_names", names);
  }
  write_file_atomically(path, file.finish());
}

}  // namespace

bool is_keras_path(const std::string& path) {
  return path.ends_with(".keras") || path.ends_with(".h5") || path.ends_with(".hdf5");
}

bool is_weights_file(const std::string& path) { return !is_zip(path) && kind_of(Hdf5File(path)) != Kind::model; }

KerasFile read_keras_file(const std::string& path, const ArchitectureOptions& options) {
  return is_zip(path) ? read_archive(path, options) : read_h5(path, options);
}

int load_keras_weights(Model& model, const std::string& path, const LoadWeightsOptions& options) {
  const auto load = [&](const Hdf5File& file, const Graph* architecture = nullptr) {
    const TensorPlaces places = find(model.graph(), file, options, architecture);
    check_places(model.graph(), file, places);
    take_weights(file, places, model.parameters());
    return static_cast<int>(places.of.size());
  };
  if (!is_zip(path)) return load(Hdf5File(path));
  const ZipFile archive(path, "a .keras archive");
  if (!archive.has(kWeights)) throw file_error(path, "is no .keras archive: it has no {}", kWeights);
  const std::string bytes = archive.read(kWeights, kMostWeights);
  const Hdf5File file(as_bytes(bytes), path + ": " + kWeights);
  if (!options.by_name || names_layers(file)) return load(file);
  const std::string where = path + ": " + kConfig;
  const Json config = parse_json(archive.read(kConfig, kMostConfig), where);
  const Graph architecture = read_architecture(config, where, {.picture_shape = model.input_shape()});
  return load(file, &architecture);
}

void save_keras_model(const Model& model, const std::string& path, const KerasTraining& training) {
  if (path.ends_with(".keras")) return save_archive(model, path, training);
  if (path.ends_with(".weights.h5")) return save_weights(model, path, training);
  save_h5(model, path, training);
}

}  // namespace fovea
