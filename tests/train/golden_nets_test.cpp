// Whole nets against real Keras: predictions, gradients and ten steps with every optimizer, from the same weights and
// batches; and three epochs of nets without kinks.
#include <fmt/format.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "fovea/io/architecture.h"
#include "fovea/train/trainer.h"
#include "tests/harness/hashed.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

Json golden(const std::string& name) {
  std::ifstream file(source_tree("tests/golden/nets/" + name + ".json"));
  return Json::parse(file);
}

std::vector<float> flat(const Json& json) {
  std::vector<float> values;
  if (json.is_array())
    for (const Json& value : json)
      for (float v : flat(value)) values.push_back(v);
  else
    values.push_back(json.get<float>());
  return values;
}

// max |a - b| / max(1, max |b|), as the goldens' tolerances are measured.
double difference(const std::vector<float>& a, const std::vector<float>& b) {
  EXPECT_EQ(a.size(), b.size());
  double apart = 0, scale = 1;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    apart = std::isfinite(a[i]) ? std::max(apart, std::abs(static_cast<double>(a[i]) - b[i])) : INFINITY;
    scale = std::max(scale, std::abs(static_cast<double>(b[i])));
  }
  return apart / scale;
}

void expect_digest(const Array& array, const Json& digest) {
  const auto values = array.values<float>();
  double squares = 0, sum = 0;
  for (float v : values) squares += static_cast<double>(v) * v, sum += v;
  const Json& tolerance = digest["tolerance"];
  const std::string name = digest["name"].get<std::string>();
  const auto near = [&](const char* what, double value, double expected) {
    EXPECT_LE(std::abs(value - expected) / std::max(1.0, std::abs(expected)), tolerance[what].get<double>()) << name << ": " << what;
  };
  near("norm", std::sqrt(squares), digest["norm"].get<double>());
  near("mean", sum / static_cast<double>(values.size()), digest["mean"].get<double>());
  std::vector<float> picked;
  for (size_t at : hashed::positions(values.size())) picked.push_back(values[at]);
  EXPECT_LE(difference(picked, flat(digest["values"])), tolerance["values"].get<double>()) << name;
}

void expect_weights(const Model& model, const Json& digests) {
  for (const Json& digest : digests) {
    const int at = model.parameters().find(digest["name"].get<std::string>());
    ASSERT_GE(at, 0) << digest["name"];
    expect_digest(model.parameters().get(at), digest);
  }
}

Model fresh(const Json& golden) {
  Model model(read_architecture(golden["architecture"], "golden"));
  hashed::set_weights(model);
  return model;
}

void expect_predictions(Model& model, const Json& golden, TrainerOptions options = {}) {
  Trainer trainer(model, options);
  const Evaluation result = trainer.evaluate(hashed::examples(hashed::kProbes, hashed::kLabels, 4));
  EXPECT_LE(difference(result.probabilities, flat(golden["predictions"])), golden["predictions_tolerance"].get<double>());
}

OptimizerOptions optimizer(const Json& keras) {
  const Json& config = keras["config"];
  OptimizerOptions options;
  options.name = keras["class_name"].get<std::string>();
  options.learning_rate = config["learning_rate"].get<double>();
  if (config.contains("momentum")) options.momentum = config["momentum"].get<double>();
  if (config.contains("nesterov")) options.nesterov = config["nesterov"].get<bool>();
  if (!config["weight_decay"].is_null()) options.weight_decay = config["weight_decay"].get<double>();
  return options;
}

class Nets : public testing::TestWithParam<const char*> {};

TEST_P(Nets, PredictAsKerasDoes) {
  const Json net = golden(GetParam());
  Model model = fresh(net);
  expect_predictions(model, net);
}

TEST_P(Nets, HaveKerassGradients) {
  const Json net = golden(GetParam());
  Model model = fresh(net);
  const int64_t batch = net["batch"].get<int64_t>();
  const ArrayExamples examples = hashed::examples(hashed::kPictures, hashed::kLabels, batch);
  struct Direct final : kernels::Feed {
    const Examples& from;
    explicit Direct(const Examples& e) : from(e) {}
    void pictures(int64_t first, int64_t rows, float* dst) const override {
      for (int64_t i = 0; i < rows; ++i) from.picture(first + i, dst + i * from.shape().elements());
    }
    void targets(int64_t first, int64_t rows, float* dst) const override {
      for (int64_t i = 0; i < rows; ++i) from.target(first + i, dst + i * from.classes());
    }
  } feed(examples);
  ThreadPool pool(2);
  PlanOptions options = {.batch = batch, .training = true, .gradients = true};
  options.loss = PlanOptions::Loss{};
  Runner runner(model, pool, options);
  const Plan& plan = runner.compute(batch, {.feed = &feed});
  size_t compared = 0;
  for (const auto& gradient : plan.parameter_gradients) {
    const Parameter& parameter = model.parameters()[gradient->parameter];
    for (const Json& digest : net["gradients"]) {
      if (digest["name"].get<std::string>() != parameter.path) continue;
      Array values(DType::f32, parameter.spec.shape);
      gradient->layout.unpack(gradient->values, values.values<float>().data());
      expect_digest(values, digest);
      ++compared;
    }
  }
  EXPECT_EQ(compared, net["gradients"].size());
}

// Trains as the golden did and compares the losses of the first `steps`.
void expect_losses(Trainer& trainer, const Json& net, const Json& training, size_t steps) {
  for (size_t step = 0; step < steps; ++step) {
    const double loss = trainer.train_on_batch(
        hashed::examples(hashed::kPictures + step, hashed::kLabels + step, net["batch"].get<int64_t>()));
    const double expected = training["losses"][step].get<double>();
    EXPECT_LE(std::abs(loss - expected) / std::max(1.0, std::abs(expected)), training["losses_tolerance"][step].get<double>())
        << "step " << step + 1;
  }
}

// Ten steps by direct convolutions, as Keras does them, with the batch's sums cut in `lanes`: what does not agree.
void disagreements(const Json& net, const Json& training, int lanes, testing::TestPartResultArray& found) {
  const testing::ScopedFakeTestPartResultReporter reporter(
      testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &found);
  Model model = fresh(net);
  Trainer trainer(model, {.optimizer = optimizer(training["optimizer"]), .lanes = lanes, .winograd = false});
  expect_losses(trainer, net, training, training["losses"].size());
  expect_weights(model, training["weights"]);
  expect_predictions(model, training);
}

// Near a kink rounding decides the later steps, here as in Keras, so one of three orders of summation has to agree. What
// is wrong is wrong in all of them.
TEST_P(Nets, TrainTenStepsAsKerasDoes) {
  const Json net = golden(GetParam());
  for (const auto& [label, training] : net["trainings"].items()) {
    SCOPED_TRACE(label);
    bool agrees = false;
    std::string told;
    for (int lanes = 1; lanes <= 3 && !agrees; ++lanes) {
      testing::TestPartResultArray found;
      disagreements(net, training, lanes, found);
      agrees = found.size() == 0;
      for (int i = 0; i < found.size(); ++i) told += fmt::format("{} lanes: {}\n", lanes, found.GetTestPartResult(i).message());
    }
    EXPECT_TRUE(agrees) << told;
  }
}

TEST_P(Nets, TrainTheFirstStepsAsKerasDoesByWinogradsAlgorithmToo) {
  const Json net = golden(GetParam());
  for (const auto& [label, training] : net["trainings"].items()) {
    SCOPED_TRACE(label);
    Model model = fresh(net);
    Trainer trainer(model, {.optimizer = optimizer(training["optimizer"])});
    expect_losses(trainer, net, training, 2);
  }
}

INSTANTIATE_TEST_SUITE_P(Tutorial, Nets,
                         testing::Values("basic", "max_pool", "avg_pool", "global_avg_pool", "advanced", "ensemble_1",
                                         "ensemble_2", "ensemble_3"),
                         [](const auto& net) { return std::string(net.param); });

class SmoothNets : public testing::TestWithParam<const char*> {};

TEST_P(SmoothNets, TrainThreeEpochsAsKerasDoes) {
  const Json net = golden(GetParam());
  Model model = fresh(net);
  expect_predictions(model, net);
  const Json& training = net["trainings"]["adam"];
  Trainer trainer(model, {.optimizer = optimizer(training["optimizer"])});
  const ArrayExamples examples = hashed::examples(hashed::kPictures, hashed::kLabels, net["pictures"].get<int64_t>());
  const History history =
      trainer.fit(examples, {.epochs = net["epochs"].get<int>(), .batch_size = net["batch"].get<int64_t>(), .shuffle = false});
  for (size_t epoch = 0; epoch < history.size(); ++epoch)
    EXPECT_LE(std::abs(history[epoch].loss - training["losses"][epoch].get<double>()) /
                  std::max(1.0, std::abs(training["losses"][epoch].get<double>())),
              training["losses_tolerance"][epoch].get<double>())
        << "epoch " << epoch + 1;
  expect_weights(model, training["weights"]);
  expect_predictions(model, training);
}

INSTANTIATE_TEST_SUITE_P(WithoutKinks, SmoothNets, testing::Values("smooth", "smooth_norm"),
                         [](const auto& net) { return std::string(net.param); });

}  // namespace
}  // namespace fovea
