// Whole fits as Keras ran them: tests/golden/fits, see tests/golden/README.md.
#include <gtest/gtest.h>

#include <algorithm>

#include "fovea/io/architecture.h"
#include "fovea/train/early_stopping.h"
#include "fovea/train/history.h"
#include "fovea/train/reduce_lr_on_plateau.h"
#include "fovea/train/trainer.h"
#include "tests/harness/golden.h"
#include "tests/harness/hashed.h"
#include "tests/harness/keras_optimizer.h"

namespace fovea {
namespace {

constexpr uint64_t kTrain = 77, kValidation = 78, kWeights = 79;  // streams
constexpr int64_t kPictures = 330, kValidated = 70, kPicture = 6 * 5 * 3;

ArrayExamples examples(uint64_t stream, int64_t count) {
  Array pictures(DType::f32, {count, 6, 5, 3});
  std::vector<int32_t> labels;
  for (int64_t n = 0; n < count; ++n) {
    uint64_t sums[3] = {};
    for (int64_t i = 0; i < kPicture; ++i) {
      const uint64_t byte = hashed::number(stream, static_cast<uint64_t>(n * kPicture + i)) >> 56;
      sums[i % 3] += byte;
      pictures.values<float>()[static_cast<size_t>(n * kPicture + i)] = static_cast<float>(byte) / 255.0f;
    }
    labels.push_back(static_cast<int32_t>(std::max_element(sums, sums + 3) - sums));
  }
  return ArrayExamples(std::move(pictures), std::move(labels), 3);
}

OptimizerOptions optimizer_of(Json keras, const std::string& where) {
  Json& rate = keras.at("config").at("learning_rate");
  if (!rate.is_object()) return keras_optimizer(keras, where);
  Json schedule = rate.at("config");
  schedule.erase("name");
  keras.at("config").erase("learning_rate");
  OptimizerOptions options = keras_optimizer(keras, where);
  options.schedule = options_from_json<CosineDecay>(schedule, where);
  return options;
}

class GoldenFit : public testing::TestWithParam<std::string> {};

TEST_P(GoldenFit, GoesAsKeras) {
  const Golden golden("fits", GetParam());
  const Json& json = golden.json();
  Model model(read_architecture(json.at("architecture"), golden.name()));
  Parameters& parameters = model.parameters();
  for (int p = 0; p < parameters.size(); ++p) parameters.set(p, golden.arrays().read("before/" + parameters[p].path));
  const ArrayExamples train = examples(kTrain, kPictures), validation = examples(kValidation, kValidated);
  Trainer trainer(model, {.optimizer = optimizer_of(json.at("optimizer"), golden.name()),
                          .label_smoothing = json.at("label_smoothing").get<float>(),
                          .threads = 2,
                          .metrics = {"auc", "f1"}});
  FitOptions options = {.epochs = json.at("epochs").get<int>(), .batch_size = 32, .shuffle = false, .validation = &validation};
  options.class_weight = json.at("class_weight").get<std::vector<float>>();
  if (json.at("sample_weight").get<bool>())
    for (uint64_t i = 0; i < kPictures; ++i)
      options.sample_weight.push_back(static_cast<float>(hashed::number(kWeights, i) >> 56) / 128.0f);
  std::optional<ReduceLROnPlateau> reduce;
  std::optional<EarlyStopping> stop;
  if (json.at("reduce_lr").is_object()) {
    reduce.emplace(options_from_json<ReduceLROnPlateauOptions>(json.at("reduce_lr"), golden.name()));
    options.callbacks.push_back(&*reduce);
  }
  if (json.at("early_stopping").is_object()) {
    stop.emplace(options_from_json<EarlyStoppingOptions>(json.at("early_stopping"), golden.name()));
    options.callbacks.push_back(&*stop);
  }
  const History history = trainer.fit(train, options);

  for (const auto& [name, values] : json.at("history").items()) {
    std::vector<float> got;
    for (const EpochLogs& logs : history) got.push_back(static_cast<float>(find_figure(logs, name).value()));
    EXPECT_LE(golden_difference(got, values.get<std::vector<float>>()), json.at("tolerance").at("history/" + name).get<double>())
        << name;
  }
  for (int p = 0; p < parameters.size(); ++p) {
    const Array after = parameters.get(p);
    golden.expect("after/" + parameters[p].path, after.values<float>());
  }
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenFit, testing::ValuesIn(golden_names("fits")), [](const auto& fit) { return fit.param; });

}  // namespace
}  // namespace fovea
