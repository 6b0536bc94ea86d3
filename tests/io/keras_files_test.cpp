// Model files of every version of Keras, as real Keras wrote them (tools/golden_keras_files.py), and fovea's own.
#include "fovea/io/keras_file.h"

#include <gmock/gmock.h>

#include "fovea/formats/npz.h"
#include "fovea/formats/zip_file.h"
#include "fovea/io/architecture.h"
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

// The version stands beside the architecture in a .keras file, not in it.
TEST(KerasArchives, RefuseTheHardSigmoidOfKeras2) {
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
  EXPECT_THAT([&] { read_keras_file(of_keras_2); }, testing::ThrowsMessage<Error>(HasSubstr("gate: the hard_sigmoid of Keras 2 is another function")));
}

}  // namespace
}  // namespace fovea
