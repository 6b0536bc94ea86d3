// Model files of every format with changes made to them, opened as a user's file is, and asked for a prediction where
// that still works.
#include <algorithm>
#include <filesystem>

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
      for (const FolderEntry& file : list_folder(golden + "/" + model.name)) take(golden + "/" + model.name + "/" + file.name);
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

TEST(HostileModelFiles, DoNoHarm) {
  const std::vector<HostileSeed> seeds = model_files();
  const TemporaryFolder folder;
  Watch watch(kMostMemory);
  int taken = 0, predicted = 0;
  damage_each(seeds, hostile_files(300), [&](const std::string& name, const std::string& content) {
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
