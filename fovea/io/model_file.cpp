#include "fovea/io/model_file.h"

#include <charconv>

#include "fovea/io/architecture.h"
#include "fovea/layers/input.h"

namespace fovea {
namespace {

constexpr const char* kFormat = "fovea";
constexpr int kVersion = 1;
// Tensors that are no weights: no layer's name begins so.
constexpr const char* kStatistics = "__standardize__/";

// Texts of the user (names of folders) need not be UTF-8, which JSON must be.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

const std::string* find(const Metadata& metadata, const std::string& key) {
  const auto at = metadata.find(key);
  return at == metadata.end() ? nullptr : &at->second;
}

bool is_statistic(const Safetensors& file, const std::string& name) {
  return name.starts_with(kStatistics) && find(file.metadata(), "standardize") != nullptr;
}

std::vector<TensorEntry> tensors_in(const Safetensors& file) {
  std::vector<TensorEntry> tensors;
  for (const SafetensorsEntry& entry : file.entries())
    if (!is_statistic(file, entry.name)) tensors.push_back({entry.name, entry.shape, entry.dtype});
  return tensors;
}

void check_format(const Safetensors& file) {
  const std::string* format = find(file.metadata(), "format");
  if (format == nullptr || *format != kFormat)
    throw file_error(file.where(),
                     "holds tensors but no architecture (its metadata say format {}, expected \"{}\"); name the "
                     "architecture that they belong to",
                     format == nullptr ? "nothing" : shown(*format), kFormat);
  const std::string* text = find(file.metadata(), "format_version");
  int version = 0;
  if (text != nullptr) std::from_chars(text->data(), text->data() + text->size(), version);
  if (version < 1 || version > kVersion)
    throw file_error(file.where(),
                     "is of another version of the format (got {}, expected {}); a newer fovea may read it",
                     text == nullptr ? "none" : shown(*text), kVersion);
}

ModelInfo read_info(const Safetensors& file, int64_t classes) {
  ModelInfo info;
  if (const std::string* names = find(file.metadata(), "class_names")) {
    const std::string where = file.where() + ": class_names";
    const Json list = parse_json(*names, where);
    if (!list.is_array()) throw file_error(where, "cannot be (got {}, expected a list of texts)", shown(list));
    for (const Json& name : list) {
      if (!name.is_string()) throw file_error(where, "cannot be (got {}, expected a text)", shown(name));
      info.class_names.push_back(name.get<std::string>());
    }
    if (static_cast<int64_t>(info.class_names.size()) != classes)
      throw file_error(where, "as many names as the model has classes are needed (got {}, expected {})",
                       info.class_names.size(), classes);
  }
  if (const std::string* preprocessing = find(file.metadata(), "preprocessing")) info.preprocessing = *preprocessing;
  if (const std::string* resize = find(file.metadata(), "resize")) info.resize = *resize;
  if (const std::string* interpolation = find(file.metadata(), "interpolation")) info.interpolation = *interpolation;
  if (const std::string* standardize = find(file.metadata(), "standardize")) {
    const std::string where = file.where() + ": standardize";
    info.standardize = parse_json(*standardize, where);
    if (!info.standardize.is_object())
      throw file_error(where, "cannot be (got {}, expected an object)", shown(info.standardize));
    for (const SafetensorsEntry& entry : file.entries())
      if (is_statistic(file, entry.name))
        info.statistics.emplace_back(entry.name.substr(std::string_view(kStatistics).size()),
                                     std::make_shared<const Array>(file.read(entry.name)));
  }
  if (const std::string* provenance = find(file.metadata(), "provenance")) {
    const std::string where = file.where() + ": provenance";
    info.provenance = parse_json(*provenance, where);
    if (!info.provenance.is_object())
      throw file_error(where, "cannot be (got {}, expected an object)", shown(info.provenance));
  }
  return info;
}

// The size that a model was made for, where its architecture leaves sizes open.
std::optional<Shape> read_picture_shape(const Safetensors& file) {
  const std::string* text = find(file.metadata(), "picture_shape");
  if (text == nullptr) return std::nullopt;
  const std::string where = file.where() + ": picture_shape";
  Json sizes = parse_json(*text, where);
  if (!sizes.is_array()) throw file_error(where, "cannot be (got {}, expected a list of sizes)", shown(sizes));
  sizes.insert(sizes.begin(), nullptr);
  Shape shape;
  try {
    read_field(sizes, shape, where);
  } catch (const Error& error) {
    throw Error(ErrorKind::file, where, error.message());
  }
  return shape;
}

// Of those that the file has; they are known to fit.
void take_weights(const Safetensors& file, Parameters& parameters) {
  for (int i = 0; i < parameters.size(); ++i)
    if (file.find(parameters[i].path) != nullptr) parameters.set(i, file.read(parameters[i].path));
}

}  // namespace

SafetensorsImage model_image(const Model& model) {
  SafetensorsImage image = {.metadata = {{"format", kFormat},
                                         {"format_version", std::to_string(kVersion)},
                                         {"config", dump(write_keras(model.graph()))},
                                         {"provenance", dump(model.info.provenance)}}};
  const Graph& graph = model.graph();
  if (!static_cast<const InputLayer&>(*graph.node(graph.input()).layer).get().open.empty()) {
    Json sizes = Json::array();
    for (const int64_t size : model.input_shape()) sizes.push_back(size);
    image.metadata["picture_shape"] = dump(sizes);
  }
  for (int i = 0; i < model.parameters().size(); ++i)
    image.tensors.emplace_back(model.parameters()[i].path, model.parameters().get(i));
  if (!model.info.standardize.is_null()) {
    image.metadata["standardize"] = dump(model.info.standardize);
    for (const auto& [name, numbers] : model.info.statistics) image.tensors.emplace_back(kStatistics + name, numbers->clone());
  }
  if (!model.info.class_names.empty()) image.metadata["class_names"] = dump(model.info.class_names);
  if (!model.info.preprocessing.empty()) image.metadata["preprocessing"] = model.info.preprocessing;
  if (!model.info.resize.empty()) image.metadata["resize"] = model.info.resize;
  if (!model.info.interpolation.empty()) image.metadata["interpolation"] = model.info.interpolation;
  return image;
}

void save_model(const Model& model, const std::string& path) { model_image(model).save(path); }

Model load_model(const std::string& path) { return read_model(*SafetensorsFile(path)); }

Model read_model(const Safetensors& file) {
  check_format(file);
  const std::string* config = find(file.metadata(), "config");
  if (config == nullptr) throw file_error(file.where(), "its metadata have no \"config\"");
  const std::string where = file.where() + ": config";
  Graph graph = read_architecture(parse_json(*config, where), where, {.picture_shape = read_picture_shape(file)});
  check_tensors(tensors_of(graph), tensors_in(file), file.where());
  Model model(std::move(graph), Unset{});
  model.info = read_info(file, model.classes());
  take_weights(file, model.parameters());
  return model;
}

bool is_native_model(const std::string& path) {
  const SafetensorsFile file(path);
  const std::string* format = find(file->metadata(), "format");
  return format != nullptr && *format == kFormat;
}

int load_weights(Model& model, const std::string& path, const LoadWeightsOptions& options) {
  const SafetensorsFile file(path);
  std::vector<TensorEntry> needed = tensors_of(model.graph()), held = tensors_in(*file);
  if (options.by_name) keep_common_layers(needed, held);
  check_tensors(needed, held, path);
  take_weights(*file, model.parameters());
  return static_cast<int>(needed.size());
}

}  // namespace fovea
