#include "fovea/io/model_file.h"

#include <algorithm>

#include "fovea/base/names.h"
#include "fovea/formats/safetensors.h"
#include "fovea/io/architecture.h"

namespace fovea {
namespace {

constexpr const char* kFormat = "fovea";
constexpr const char* kVersion = "1";

// Every weight that is missing, of another shape or type, or that the model does not have.
std::string mismatches(const Parameters& parameters, const Safetensors& file) {
  std::string table;
  std::vector<std::string> known;
  for (int i = 0; i < parameters.size(); ++i) known.push_back(parameters[i].path);
  std::vector<std::string> spare;
  for (const SafetensorsEntry& entry : file.entries())
    if (std::find(known.begin(), known.end(), entry.name) == known.end()) spare.push_back(entry.name);
  for (int i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = parameters[i];
    const SafetensorsEntry* entry = file.find(parameter.path);
    const std::string expected = to_string(parameter.spec.shape);
    if (entry == nullptr)
      table += fmt::format("{}: expected {}, missing{}\n", parameter.path, expected, did_you_mean(parameter.path, spare));
    else if (entry->dtype != DType::f32 || !(entry->shape == parameter.spec.shape))
      table += fmt::format("{}: expected float32 {}, got {} {}\n", parameter.path, expected, to_string(entry->dtype),
                           to_string(entry->shape));
  }
  for (const std::string& name : spare) table += fmt::format("{}: not a weight of this model\n", name);
  return table;
}

void read_weights(Model& model, const Safetensors& file) {
  Parameters& parameters = model.parameters();
  const std::string table = mismatches(parameters, file);
  if (!table.empty()) {
    const auto count = std::count(table.begin(), table.end(), '\n');
    throw file_error(file.where(), "the weights do not fit the model {} (got {} mismatch{}, expected none)", model.name(), count,
                     count == 1 ? "" : "es")
        .with_details(table);
  }
  for (int i = 0; i < parameters.size(); ++i) parameters.set(i, file.read(parameters[i].path));
}

const std::string* text(const Safetensors& file, const std::string& key) {
  const auto it = file.metadata().find(key);
  return it == file.metadata().end() ? nullptr : &it->second;
}

}  // namespace

void save_model(const Model& model, const std::string& path) {
  const Parameters& parameters = model.parameters();
  std::vector<Array> arrays;
  for (int i = 0; i < parameters.size(); ++i) arrays.push_back(parameters.get(i));
  std::vector<NamedTensor> tensors;
  for (int i = 0; i < parameters.size(); ++i) tensors.push_back(NamedTensor::of(parameters[i].path, arrays[static_cast<size_t>(i)]));
  Metadata metadata = {{"format", kFormat}, {"format_version", kVersion}, {"config", write_keras(model.graph()).dump()}};
  if (!model.info.class_names.empty()) metadata["class_names"] = Json(model.info.class_names).dump();
  if (!model.info.preprocessing.empty()) metadata["preprocessing"] = model.info.preprocessing;
  if (!model.info.provenance.empty()) metadata["provenance"] = model.info.provenance.dump();
  save_safetensors(path, tensors, metadata);
}

Model load_model(const std::string& path) {
  const SafetensorsFile file(path);
  const std::string* config = text(*file, "config");
  if (config == nullptr)
    throw file_error(path, "the file holds weights but no architecture (got no \"config\" in its metadata, expected a model "
                           "that fovea saved)");
  if (const std::string* version = text(*file, "format_version"); version != nullptr && *version != kVersion)
    throw file_error(path, "the file's format is newer than this program (got version {}, expected {})", *version, kVersion);
  Model model = [&] {
    try {
      return Model(read_architecture(parse_json(*config, path + ": config"), path + ": config"));
    } catch (const Error& error) {
      throw Error(ErrorKind::file, error.where(), error.message());  // what the file says is wrong, not what the user typed
    }
  }();
  read_weights(model, *file);
  if (const std::string* names = text(*file, "class_names")) {
    const Json list = parse_json(*names, path + ": class_names");
    if (!list.is_array() || static_cast<int64_t>(list.size()) != model.classes() ||
        !std::all_of(list.begin(), list.end(), [](const Json& name) { return name.is_string(); }))
      throw file_error(path + ": class_names", "got {}, expected a list of {} names", shown(list), model.classes());
    model.info.class_names = list.get<std::vector<std::string>>();
  }
  if (const std::string* preprocessing = text(*file, "preprocessing")) model.info.preprocessing = *preprocessing;
  if (const std::string* provenance = text(*file, "provenance")) model.info.provenance = parse_json(*provenance, path + ": provenance");
  return model;
}

void load_weights(Model& model, const std::string& path) {
  const SafetensorsFile file(path);
  read_weights(model, *file);
}

}  // namespace fovea
