// Small trainings as Keras ran them: tests/golden/trainings, see tests/golden/README.md.
#include <gtest/gtest.h>

#include "fovea/io/architecture.h"
#include "fovea/train/trainer.h"
#include "tests/harness/golden.h"
#include "tests/harness/keras_optimizer.h"

namespace fovea {
namespace {

std::vector<float> floats_of(const Json& json) {
  std::vector<float> values;
  for (const Json& item : json) values.push_back(item.get<float>());
  return values;
}

Array array_of(const Golden& golden, const std::string& name) { return golden.arrays().read(name); }

class GoldenTraining : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTraining, GoesAsKeras) {
  const Golden golden("trainings", GetParam());
  const Json& json = golden.json();
  Model model(read_architecture(json.at("architecture"), golden.name()));
  Parameters& parameters = model.parameters();
  for (int p = 0; p < parameters.size(); ++p) parameters.set(p, array_of(golden, "before/" + parameters[p].path));
  std::vector<int32_t> labels;
  const Array given = array_of(golden, "labels");
  for (const int32_t label : given.values<int32_t>()) labels.push_back(label);
  const ArrayExamples examples(array_of(golden, "pictures"), labels, model.classes());

  const Json& loss = json.at("loss");
  Trainer trainer(model, {.optimizer = keras_optimizer(json.at("optimizer"), golden.name()),
                          .loss = loss_of(loss.at("name").get<std::string>(), golden.name()),
                          .label_smoothing = loss.at("label_smoothing").get<float>(),
                          .focal_alpha = loss.value("alpha", 0.25f),
                          .focal_gamma = loss.value("gamma", 2.0f),
                          .focal_balancing = loss.value("apply_class_balancing", false),
                          .threads = 2,
                          .lanes = 3,
                          .tile = 2});
  const std::vector<float> losses = floats_of(json.at("losses"));
  const auto batch = json.at("batch_size").get<int64_t>();
  const History history =
      trainer.fit(examples, {.epochs = static_cast<int>(losses.size()), .batch_size = batch, .shuffle = false});
  const auto expect = [&](const char* what, const std::vector<float>& got) {
    EXPECT_LE(golden_difference(got, floats_of(json.at(what))), json.at("tolerance").at(what).get<double>()) << what;
  };
  std::vector<float> got_losses, got_accuracies;
  for (const EpochLogs& logs : history) {
    got_losses.push_back(static_cast<float>(logs.loss));
    got_accuracies.push_back(static_cast<float>(logs.accuracy));
  }
  expect("losses", got_losses);
  expect("accuracies", got_accuracies);
  const Evaluation evaluation = trainer.evaluate(examples, batch);
  expect("evaluated", {static_cast<float>(evaluation.loss), static_cast<float>(evaluation.accuracy)});
  std::vector<float> predictions;
  for (size_t i = 0; i < evaluation.probabilities.size(); ++i)
    if (model.outputs() > 1 || i % 2 == 1) predictions.push_back(evaluation.probabilities[i]);
  golden.expect("predictions", predictions);
  for (int p = 0; p < parameters.size(); ++p) {
    const Array after = parameters.get(p);
    golden.expect("after/" + parameters[p].path, after.values<float>());
  }
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenTraining, testing::ValuesIn(golden_names("trainings")),
                         [](const auto& training) { return training.param; });

}  // namespace
}  // namespace fovea
