// Model files of every version of Keras, as real Keras wrote them (tools/golden_keras_files.py), and fovea's own.
#include "fovea/io/keras_file.h"

#include <gmock/gmock.h>

#include "fovea/formats/hdf5_writer.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/zip_file.h"
#include "fovea/io/any_file.h"
#include "fovea/io/architecture.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "tests/harness/files.h"
#include "tests/harness/golden.h"
#include "tests/harness/golden_keras_files.h"
#include "tests/harness/run_model.h"

namespace fovea {
namespace {

using testing::HasSubstr;

constexpr double kProbabilities = 1e-5;

// The pictures that every file of a model is asked about, and Keras's answers.
struct Answers {
  explicit Answers(const Json& file)
      : arrays(golden_path(golden_index()["models"][file["model"].get<std::string>()]["arrays"])),
        prefix(file["answers"].get<std::string>() + "/") {}

  Shape picture_shape() const {
    Shape picture;
    const Shape shape = arrays.header("x").shape;
    for (int axis = 1; axis < shape.rank(); ++axis) picture.push_back(shape[axis]);
    return picture;
  }
  Floats pictures() const { return floats("x"); }
  Floats probabilities() const { return floats(prefix + "probabilities"); }
  Floats floats(const std::string& name) const {
    const Array array = arrays.read(name);
    const auto values = array.values<float>();
    return {values.begin(), values.end()};
  }

  Npz arrays;
  std::string prefix;
};

Floats predicted(Model& model, const Answers& answers) {
  const Floats pictures = answers.pictures();
  const auto count = static_cast<int64_t>(pictures.size()) / answers.picture_shape().elements();
  return run_model(model, {.batch = count}, pictures).output;
}

// A file's model, its architecture from beside it where it holds weights alone.
Model opened(const Json& file, const Answers& answers) {
  const std::string path = golden_path(file["file"]), format = file["format"];
  const ArchitectureOptions options = {.picture_shape = answers.picture_shape()};
  if (format == "json") return Model(load_architecture(path, options));
  if (format != "weights.h5" && format != "weights_only.h5") return read_keras_file(path, options).model;
  EXPECT_TRUE(is_weights_file(path));
  Model model(load_architecture(golden_path(file["architecture"]), options));
  load_keras_weights(model, path);
  return model;
}

class KerasFiles : public testing::TestWithParam<size_t> {
 protected:
  const Json& file() const { return golden_index()["files"][GetParam()]; }
};

TEST_P(KerasFiles, PredictWhatKerasPredicts) {
  const Answers answers(file());
  Model model = opened(file(), answers);
  if (file()["format"] == "json") {
    EXPECT_EQ(model.outputs(), answers.arrays.header(answers.prefix + "probabilities").shape.back());
    return;
  }
  EXPECT_LE(golden_difference(predicted(model, answers), answers.probabilities()), kProbabilities);
}

// What is written is read back, and says the same, in every format.
TEST_P(KerasFiles, ComeBackFromFoveasOwn) {
  if (file()["format"] == "json") return;
  const Answers answers(file());
  Model model = opened(file(), answers);
  const Floats before = predicted(model, answers);
  const TemporaryFolder folder;
  for (const char* extension : {".keras", ".h5", ".weights.h5"}) {
    const std::string path = folder / (std::string("model") + extension);
    save_keras_model(model, path);
    Model again = std::string(extension) == ".weights.h5"
                      ? Model(model.graph(), 7)
                      : read_keras_file(path, {.picture_shape = answers.picture_shape()}).model;
    if (std::string(extension) == ".weights.h5") load_keras_weights(again, path);
    EXPECT_EQ(predicted(again, answers), before) << extension;
  }
}

std::vector<size_t> all_files() {
  std::vector<size_t> files(golden_index()["files"].size());
  for (size_t i = 0; i < files.size(); ++i) files[i] = i;
  return files;
}

INSTANTIATE_TEST_SUITE_P(All, KerasFiles, testing::ValuesIn(all_files()),
                         [](const auto& file) { return golden_file_name(file.param); });

// The version stands beside the architecture in a file, not in it; Keras 1 wrote none into the first .h5.
TEST(KerasArchives, RefuseTheHardSigmoidOfKeras1And2) {
  const Json net = parse_json(R"({"class_name": "Sequential", "config": {"name": "s", "layers": [
      {"class_name": "Dense", "config": {"name": "gate", "units": 2, "activation": "hard_sigmoid", "batch_input_shape": [null, 3]}}]}})", "net");
  const TemporaryFolder folder;
  const std::string path = folder / "net.keras";
  save_keras_model(Model(read_architecture(net, "net")), path);
  EXPECT_EQ(read_keras_file(path).model.outputs(), 2);

  const ZipFile archive(path, "a .keras archive");
  const std::string config = archive.read("config.json", 1 << 20), weights = archive.read("model.weights.h5", 1 << 20);
  const std::string metadata = R"({"keras_version": "2.15.0"})";
  const std::string of_keras_2 = folder / "net_2.keras";
  const std::pair<std::string, Bytes> members[] = {
      {"metadata.json", as_bytes(metadata)}, {"config.json", as_bytes(config)}, {"model.weights.h5", as_bytes(weights)}};
  save_zip(of_keras_2, members);
  const std::string of_keras_1 = folder / "net_1.h5";
  Hdf5Writer without_version(of_keras_1);
  without_version.text("/", "model_config", net.dump());
  write_file_atomically(of_keras_1, without_version.finish());
  for (const std::string& older : {of_keras_1, of_keras_2})
    EXPECT_THAT(refusal([&] { read_keras_file(older); }), HasSubstr("gate: the hard_sigmoid of Keras 1 and 2 is another function"));
}

// ---- layers by their names, in every format

// Two convolutions in a model, and a head.
Model named(const std::string& first, const std::string& second, const std::string& head, uint64_t seed, bool use_bias = true) {
  const std::string net = fmt::format(R"({{"name": "net", "input_shape": [6, 6, 4], "layers": [
      {{"Model": {{"name": "base", "layers": [
          {{"Conv2D": {{"filters": 4, "kernel_size": 3, "use_bias": {}, "name": "{}"}}}},
          {{"Conv2D": {{"filters": 4, "kernel_size": 3, "name": "{}"}}}}]}}}},
      {{"Flatten": {{}}}}, {{"Dense": {{"units": 2, "name": "{}"}}}}]}})", use_bias, first, second, head);
  return Model(read_architecture(parse_json(net, "net"), "net"), seed);
}

bool same(const Model& a, const Model& b, const std::string& parameter) {
  const Array x = a.parameters().get(a.parameters().find(parameter)), y = b.parameters().get(b.parameters().find(parameter));
  return std::ranges::equal(x.values<float>(), y.values<float>());
}

class WeightsByName : public testing::TestWithParam<const char*> {
 protected:
  std::string saved(const Model& model) const {
    const std::string path = folder_ / (std::string("net") + GetParam());
    write_model_file(model, path);
    return path;
  }
  const TemporaryFolder folder_;
};

TEST_P(WeightsByName, GoToLayersOfTheSameNamesAlone) {
  const Model from = named("one", "two", "head", 1), before = named("two", "one", "fresh", 2);
  Model to = named("two", "one", "fresh", 2);
  EXPECT_EQ(read_weights_file(to, saved(from), {.by_name = true}), 4);
  for (const char* parameter : {"base/one/kernel", "base/two/kernel"}) EXPECT_TRUE(same(to, from, parameter)) << parameter;
  EXPECT_TRUE(same(to, before, "fresh/kernel"));
}

TEST_P(WeightsByName, AreThoseOfAWholeLayer) {
  for (const bool missing : {false, true}) {
    const Model from = named("one", "other", "head", 1, !missing);
    Model to = named("one", "other", "fresh", 2, missing);
    EXPECT_THAT(refusal([&] { read_weights_file(to, saved(from), {.by_name = true}); }),
                HasSubstr(missing ? "the tensors do not fit the model (got 3 tensors: 1 missing"
                                  : "the tensors do not fit the model (got 4 tensors: 1 unexpected, expected 3)"));
    EXPECT_TRUE(same(to, named("one", "other", "fresh", 2, missing), "base/one/kernel"));
  }
}

INSTANTIATE_TEST_SUITE_P(All, WeightsByName, testing::Values(".keras", ".h5", ".weights.h5", ".safetensors"),
                         [](const auto& format) {
                           std::string name = format.param + 1;
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

// A layer that has weights here and none there, or the other way round.
TEST(WeightsByNameOfGroups, AreRefusedWhereALayerIsAnother) {
  const Model model = sequential({.input_shape = {4}}, Dense({.units = 4, .name = "first"}), Flatten({.name = "last"}));
  const TemporaryFolder folder;
  for (const char* extension : {".h5", ".weights.h5"}) {
    const std::string path = folder / (std::string("net") + extension);
    save_keras_model(model, path);
    Model other = sequential({.input_shape = {4}}, Flatten({.name = "first"}), Dense({.units = 4, .name = "last"}));
    EXPECT_THAT(refusal([&] { load_keras_weights(other, path, {.by_name = true}); }),
                HasSubstr("the tensors do not fit the model (got 2 tensors: 2 missing, 2 unexpected, expected 2)"));
  }
}

// Keras 2 says in an archive's config alone what its layers are called, and in .weights.h5 not at all.
TEST(WeightsByNameOfTrees, AreFoundWhereKerasSaysTheirNames) {
  const Model from = read_keras_file(golden_path("chain/keras_2.keras")).model;
  Model to(from.graph(), 7);
  EXPECT_EQ(load_keras_weights(to, golden_path("chain/keras_2.weights.h5"), {.by_name = true}), 0);
  EXPECT_TRUE(same(to, Model(from.graph(), 7), from.parameters()[0].path));
  EXPECT_EQ(load_keras_weights(to, golden_path("chain/keras_2.keras"), {.by_name = true}), from.parameters().size());
  for (int p = 0; p < from.parameters().size(); ++p) EXPECT_TRUE(same(to, from, from.parameters()[p].path));
}

TEST(WeightsByNameOfTrees, AreThoseOfASubclassedModelsAttributes) {
  const Graph graph = load_architecture(golden_path("custom_cnn/keras_3.json"));
  const std::string path = golden_path("custom_cnn/keras_3.weights.h5");
  Model whole(graph, 1), part(graph, 2);
  load_keras_weights(whole, path);
  // Attributes behind "layers" in the alphabet are in the list, under the names that Keras gave them.
  EXPECT_EQ(load_keras_weights(part, path, {.by_name = true}), 2 + 4 + 2);
  for (const char* parameter : {"conv1/kernel", "bn1/gamma", "dense1/bias"}) EXPECT_TRUE(same(part, whole, parameter)) << parameter;
  EXPECT_TRUE(same(part, Model(graph, 2), "stem/kernel"));
}

// Compressed tensors are unpacked when they are read, one after the other.
TEST(DamagedWeights, LeaveTheModelAsItWas) {
  const std::string bytes = read_file(golden_path("chain/compressed.h5"));
  const TemporaryFolder folder;
  const Graph graph = read_keras_file(golden_path("chain/compressed.h5")).model.graph();
  const Model before(graph, 7);
  int refused = 0;
  for (size_t at = bytes.find('\x78'); at != std::string::npos; at = bytes.find('\x78', at + 1)) {
    // The head of a zlib stream is a multiple of 31.
    if ((static_cast<uint8_t>(bytes[at]) * 256 + static_cast<uint8_t>(bytes[at + 1])) % 31 != 0) continue;
    std::string damaged = bytes;
    damaged[at] = damaged[at + 1] = 0;
    write_file_atomically(folder / "damaged.h5", damaged);
    Model model(graph, 7);
    try {
      load_keras_weights(model, folder / "damaged.h5");
    } catch (const Error&) {
      ++refused;
      for (int p = 0; p < model.parameters().size(); ++p) EXPECT_TRUE(same(model, before, model.parameters()[p].path)) << p;
    }
  }
  EXPECT_GE(refused, 2);
}

// ---- several outputs

TEST(UsedOutput, IsKeptByEveryFormat) {
  Model model(load_architecture(golden_path("two_outputs/keras_3.json")), 1);
  const std::vector<int> outputs = model.graph().outputs();
  ASSERT_EQ(outputs.size(), 2u);
  model.graph().set_output(outputs[1]);
  const TemporaryFolder folder;
  for (const char* extension : {".keras", ".h5", ".safetensors", ".json"}) {
    write_model_file(model, folder / (std::string("net") + extension));
    EXPECT_EQ(read_model_file(folder / (std::string("net") + extension)).model.graph().output(), outputs[1]) << extension;
  }
}

}  // namespace
}  // namespace fovea
