// Trainings that begin in Keras and go on here (tools/golden_keras_trained.py), and what is written of fovea's own.
#include "fovea/train/keras_training.h"

#include <gmock/gmock.h>

#include "fovea/formats/npz.h"
#include "fovea/layers/dense.h"
#include "tests/harness/files.h"
#include "tests/harness/golden.h"
#include "tests/harness/golden_keras_files.h"

namespace fovea {
namespace {

using testing::HasSubstr;

std::vector<float> floats(const Npz& arrays, const std::string& name) {
  const Array array = arrays.read(name);
  const auto values = array.values<float>();
  return {values.begin(), values.end()};
}

// The data of a golden training: its batches follow one another.
struct Data {
  explicit Data(const Npz& arrays) {
    const std::vector<float> targets = floats(arrays, "y");
    const auto classes = static_cast<size_t>(arrays.header("y").shape.back());
    for (size_t i = 0; i < targets.size(); i += classes)
      labels.push_back(static_cast<int32_t>(
          std::max_element(targets.begin() + static_cast<std::ptrdiff_t>(i), targets.begin() + static_cast<std::ptrdiff_t>(i + classes)) -
          (targets.begin() + static_cast<std::ptrdiff_t>(i))));
    examples = std::make_unique<ArrayExamples>(arrays.read("x"), labels, static_cast<int64_t>(classes));
  }
  std::vector<int32_t> labels;
  std::unique_ptr<ArrayExamples> examples;
};

class ResumedTrainings : public testing::TestWithParam<size_t> {
 protected:
  const Json& file() const { return golden_index()["files"][GetParam()]; }
};

Trainer trainer_of(KerasFile& file, const std::string& path) {
  return Trainer(file.model, {.optimizer = keras_optimizer(file.training, path).value(),
                              .loss = keras_loss(file.training),
                              .threads = 1,
                              .winograd = false});
}

// As tools/golden_keras_trained.py has it: ten steps more.
void go_on(Trainer& trainer, const Data& data, const Npz& arrays, const std::string& prefix, const Json& tolerances) {
  trainer.fit(*data.examples, {.epochs = 4, .initial_epoch = 2, .batch_size = 4, .shuffle = false});
  Model& trained = trainer.model();
  for (int p = 0; p < trained.parameters().size(); ++p) {
    const std::string name = prefix + "after/" + trained.parameters()[p].path;
    ASSERT_TRUE(arrays.contains(name)) << name;
    const Array values = trained.parameters().get(p);
    EXPECT_LE(golden_difference(values.values<float>(), floats(arrays, name)),
              tolerances["after/" + trained.parameters()[p].path].get<double>())
        << name;
  }
}

TEST_P(ResumedTrainings, EndWhereKerasEnds) {
  const std::string path = golden_path(file()["file"]), answers = file()["answers"];
  const Json& model = golden_index()["models"][file()["model"].get<std::string>()];
  const Npz arrays(golden_path(model["arrays"]));
  const Data data(arrays);
  const Json& tolerances = model["tolerance"][answers];
  KerasFile keras = read_keras_file(path);
  {
    Trainer trainer = trainer_of(keras, path);
    ASSERT_TRUE(restore_keras_state(keras.training, trainer, path));
    go_on(trainer, data, arrays, answers + "/", tolerances);
  }
  // The same by way of a file of fovea's own, in each format that holds a whole model.
  const TemporaryFolder folder;
  for (const char* extension : {".keras", ".h5"}) {
    const std::string ours = folder / (std::string("model") + extension);
    KerasFile again = read_keras_file(path);
    Trainer before = trainer_of(again, path);
    restore_keras_state(again.training, before, path);
    save_keras_model(again.model, ours, keras_training_of(before, ours));
    KerasFile saved = read_keras_file(ours);
    Trainer after = trainer_of(saved, ours);
    ASSERT_TRUE(restore_keras_state(saved.training, after, ours));
    go_on(after, data, arrays, answers + "/", tolerances);
  }
}

std::vector<size_t> trained_files() {
  std::vector<size_t> files;
  for (size_t i = 0; i < golden_index()["files"].size(); ++i) {
    const Json& file = golden_index()["files"][i];
    if (file["model"].get<std::string>().starts_with("trained_") && (file["format"] == "keras" || file["format"] == "h5"))
      files.push_back(i);
  }
  return files;
}

INSTANTIATE_TEST_SUITE_P(All, ResumedTrainings, testing::ValuesIn(trained_files()),
                         [](const auto& file) { return golden_file_name(file.param); });

// What a file says of an optimizer with this schedule.
KerasTraining scheduled(const char* class_name, Json config) {
  const Json rate = {{"class_name", class_name}, {"config", std::move(config)}};
  return {.compile_config = {{"optimizer", {{"class_name", "SGD"}, {"config", {{"learning_rate", rate}}}}}}};
}

TEST(KerasSchedules, AreReadAsTheProgramTakesThem) {
  const Json steps = {{"boundaries", {2, 4}}, {"values", {0.5, 0.25, 0.125}}};
  EXPECT_EQ(keras_schedule(scheduled("PiecewiseConstantDecay", steps), "f.keras"),
            "piecewise,boundaries=2,4,values=0.5,0.25,0.125");
}

TEST(KerasSchedules, MayEndBetweenTwoSteps) {
  const Json line = {{"initial_learning_rate", 1}, {"decay_steps", 12.5}, {"end_learning_rate", 0}};
  const auto options = keras_optimizer(scheduled("PolynomialDecay", line), "f.keras");
  EXPECT_FLOAT_EQ(static_cast<float>(options->schedule(10)), 0.2f);
}

TEST(KerasSchedules, AreTheFilesFaultWhereTheyCannotBe) {
  const KerasTraining training = scheduled("CosineDecay", {{"initial_learning_rate", 0.1}, {"decay_steps", 0}});
  EXPECT_THAT(refusal([&] { keras_optimizer(training, "f.keras"); }),
              HasSubstr("f.keras: optimizer: learning_rate: decay_steps must be"));
  Model model = sequential({.input_shape = {2}}, Dense({.units = 2}));
  EXPECT_THAT(refusal([&] { keras_training_for(training, model, "g.h5", "f.keras"); }), HasSubstr("f.keras: optimizer"));
}

}  // namespace
}  // namespace fovea
