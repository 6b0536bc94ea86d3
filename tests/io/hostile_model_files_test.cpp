// Model files of every format with changes made to them, opened as a user's file is, and asked for a prediction where
// that still works.
#include <cstring>
#include <filesystem>
#include <optional>

#include "fovea/formats/zip_file.h"
#include "fovea/io/any_file.h"
#include "fovea/io/architecture.h"
#include "fovea/model/predictor.h"
#include "tests/harness/files.h"
#include "tests/harness/hostile.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

constexpr int64_t kMostMemory = int64_t{512} << 20;
const ArchitectureOptions kOptions = {.picture_shape = Shape{32, 32, 3}};

// What real Keras wrote, and fovea's own of the models in it. FOVEA_MODEL_FILES names a folder of more.
std::vector<HostileSeed> model_files() {
  std::vector<HostileSeed> seeds;
  const TemporaryFolder folder;
  const auto take = [&](const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    if (!is_model_path(name)) return;
    seeds.push_back({name, read_file(path.string())});
    if (name != "keras_3.keras") return;
    const std::string native = folder / "model.safetensors";
    write_model_file(read_model_file(path.string(), kOptions).model, native);
    seeds.push_back({"model.safetensors", read_file(native)});
  };
  const std::string golden = source_tree("tests/golden/keras_files");
  for (const FolderEntry& model : list_folder(golden))
    if (model.is_folder)
      for (const FolderEntry& file : list_folder(golden + "/" + model.name))
        take(golden + "/" + model.name + "/" + file.name);
  if (const char* more = std::getenv("FOVEA_MODEL_FILES"))
    for (const FolderEntry& file : list_folder(more)) take(std::string(more) + "/" + file.name);
  return seeds;
}

// A changed number may say a model that is right but for being enormous: that one is not run.
bool is_small(const Graph& graph) {
  double numbers = 0, flops = 0;
  for (int n = 0; n < graph.size(); ++n) {
    const Node& node = graph.node(n);
    numbers += static_cast<double>(node.shape.elements());
    flops += node.layer->flops(node.input_shapes, node.shape);
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes))
      numbers += static_cast<double>(spec.shape.elements());
  }
  return numbers < 3e7 && flops < 2e9;
}

// ---- changes behind what would refuse most of them: JSON's grammar, a zip's sums, the length of a header

void all_values(Json& json, std::vector<Json*>& values) {
  values.push_back(&json);
  if (json.is_structured())
    for (Json& value : json) all_values(value, values);
}

Json odd_value(RandomStream& random) {
  static const std::vector<Json> kOdd = {
      0,       1,       2,     3,    -1,   7,  255,           65'536,        1'000'000, INT32_MAX, INT64_MAX, UINT64_MAX, 0.5,
      -1e-300, 1e300, true, false, nullptr, "", "same", "relu", Json::array(), Json::object(), Json::array({1, 1}),
      Json::array({nullptr, 4, 4, 3})};
  return kOdd[random.below(kOdd.size())];
}

void damage(Json& json, RandomStream& random) {
  do {
    std::vector<Json*> values;
    all_values(json, values);
    Json& value = *values[random.below(values.size())];
    switch (random.below(6)) {
      case 0:
      case 1: value = odd_value(random); break;
      case 2: value = Json(*values[random.below(values.size())]); break;
      case 3:
        if (value.is_number_integer()) value = value.get<int64_t>() / 2;
        break;
      case 4:
        if (value.is_structured() && !value.empty())
          value.erase(std::next(value.begin(), static_cast<std::ptrdiff_t>(random.below(value.size()))));
        break;
      default:
        if (value.is_array() && !value.empty()) value.push_back(Json(value[random.below(value.size())]));
        break;
    }
  } while (random.below(2) == 0);
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string damaged_json(const std::string& text, RandomStream& random) {
  Json json = parse_json(text, "seed");
  damage(json, random);
  return dump(json);
}

std::string damaged_archive(const HostileSeed& seed, const HostileSeed& other, RandomStream& random) {
  const ZipFile archive(as_bytes(seed.content), seed.name);
  const std::vector<std::string> names = archive.names();
  const std::string& chosen = names[random.below(names.size())];
  std::vector<std::pair<std::string, std::string>> contents;
  for (const std::string& name : names) {
    std::string content = archive.read(name, uint64_t{1} << 24);
    if (name == chosen)
      content = name.ends_with(".json") ? damaged_json(content, random) : changed_bytes({name, content}, other, random);
    contents.emplace_back(name, content);
  }
  std::vector<std::pair<std::string, Bytes>> members;
  for (const auto& [name, content] : contents) members.emplace_back(name, as_bytes(content));
  const TemporaryFolder folder;
  save_zip(folder / seed.name, members);
  return read_file(folder / seed.name);
}

std::string damaged_header(const std::string& file, RandomStream& random) {
  uint64_t size = 0;
  std::memcpy(&size, file.data(), sizeof size);
  Json header = parse_json(std::string_view(file).substr(sizeof size, size), "seed");
  Json& config = header["__metadata__"]["config"];
  if (random.below(2) == 0) config = damaged_json(config.get<std::string>(), random);
  else damage(header, random);
  const std::string text = dump(header);
  const uint64_t length = text.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + text + file.substr(sizeof size + size);
}

std::string changed(const HostileSeed& seed, const HostileSeed& other, RandomStream& random) {
  if (random.below(4) != 0) {
    if (seed.name.ends_with(".json")) return damaged_json(seed.content, random);
    if (seed.name.ends_with(".keras")) return damaged_archive(seed, other, random);
    if (seed.name.ends_with(".safetensors")) return damaged_header(seed.content, random);
  }
  return changed_bytes(seed, other, random);
}

TEST(HostileModelFiles, DoNoHarm) {
  const std::vector<HostileSeed> seeds = model_files();
  const TemporaryFolder folder;
  Watch watch(kMostMemory);
  int taken = 0, predicted = 0;
  damage_each(seeds, hostile_files(300), changed, [&](const std::string& name, const std::string& content) {
    const std::string path = folder / name;
    std::ofstream(path, std::ios::binary) << content;
    std::optional<Model> model;
    taken += watch.takes([&] {
      // An architecture's numbers are made, not read.
      if (name.ends_with(".json") && !is_small(load_architecture(path, kOptions))) return;
      model = read_model_file(path, kOptions).model;
    });
    if (!model || !is_small(model->graph())) return;
    predicted += watch.takes([&] {
      const std::vector<float> picture(static_cast<size_t>(model->input_shape().elements()), .5f);
      const size_t outputs = static_cast<size_t>(model->graph().output_shape().elements());
      EXPECT_EQ(Predictor(*model).predict(picture).size(), outputs);
    });
  });
  // Most changes hit numbers of weights, which may be anything.
  RecordProperty("taken", taken);
  RecordProperty("predicted", predicted);
  RecordProperty("megabytes", watch.taken_memory() >> 20);
  EXPECT_GT(predicted, 0);
  EXPECT_LT(taken, hostile_files(300));
}

}  // namespace
}  // namespace fovea
