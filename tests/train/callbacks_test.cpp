// Callbacks decide as Keras's do on scripted figures: tests/golden/callbacks, see tests/golden/README.md. And what they do
// in trainings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "fovea/base/fields.h"
#include "fovea/base/file.h"
#include "fovea/io/model_file.h"
#include "fovea/layers/dense.h"
#include "fovea/train/csv_logger.h"
#include "fovea/train/early_stopping.h"
#include "fovea/train/learning_rate_scheduler.h"
#include "fovea/train/model_checkpoint.h"
#include "fovea/train/reduce_lr_on_plateau.h"
#include "fovea/train/terminate_on_nan.h"
#include "fovea/train/trainer.h"
#include "tests/harness/files.h"
#include "tests/harness/golden.h"

namespace fovea {
namespace {

using testing::HasSubstr;

const Json& golden() {
  static const Golden all("callbacks", "callbacks");
  return all.json();
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& [name, value] : golden().at("cases").items()) names.push_back(name);
  return names;
}

Model one_weight() { return sequential({.input_shape = {1}}, Dense({.units = 1, .use_bias = false})); }

void set_weight(Model& model, double value) {
  const std::vector<float> values = {static_cast<float>(value)};
  model.parameters().set(0, Array::of<float>({1, 1}, values));
}
double weight(const Model& model) { return static_cast<double>(model.parameters().get(0).values<float>()[0]); }

EpochLogs logs_of(int epoch, const std::string& monitor, double figure) {
  EpochLogs logs = {.epoch = epoch, .val_loss = 0, .val_accuracy = 0};
  (monitor == "val_accuracy" ? logs.val_accuracy : logs.val_loss) = figure;
  return logs;
}

// A case's callbacks. Each epoch's weight is its number.
struct Replay {
  explicit Replay(const Json& wanted, const std::string& folder) {
    for (const auto& [kind, options] : wanted.items()) {
      monitor = options.value("monitor", "val_loss");
      if (kind == "early_stopping") all.push_back(&stop.emplace(options_from_json<EarlyStoppingOptions>(options, kind)));
      if (kind == "reduce_lr_on_plateau") all.push_back(&reduce.emplace(options_from_json<ReduceLROnPlateauOptions>(options, kind)));
      if (kind == "model_checkpoint")
        all.push_back(&keep.emplace(folder + "/best.safetensors", options_from_json<ModelCheckpointOptions>(options, kind)));
    }
  }
  std::string monitor;
  std::optional<EarlyStopping> stop;
  std::optional<ReduceLROnPlateau> reduce;
  std::optional<ModelCheckpoint> keep;
  std::vector<Callback*> all;
};

class GoldenCallbacks : public testing::TestWithParam<std::string> {};

// Every second epoch the callbacks are made anew from their state: it holds all that they go by.
TEST_P(GoldenCallbacks, DecideAsKeras) {
  const TemporaryFolder folder;
  const Json& wanted = golden().at("cases").at(GetParam());
  Model model = one_weight();
  Trainer trainer(model, {.optimizer = {.name = "sgd", .learning_rate = golden().at("rate").get<double>()}});
  auto replay = std::make_unique<Replay>(wanted.at("callbacks"), folder.path());
  for (Callback* callback : replay->all) callback->on_train_begin(trainer);
  const Json& figures = wanted.at("figures");
  std::vector<int> saved;
  int epoch = 0;
  for (; epoch < static_cast<int>(figures.size()); ++epoch) {
    SCOPED_TRACE("epoch " + std::to_string(epoch));
    if (epoch % 2 == 1) {
      auto next = std::make_unique<Replay>(wanted.at("callbacks"), folder.path());
      for (size_t i = 0; i < next->all.size(); ++i) {
        next->all[i]->restore(replay->all[i]->state());
        next->all[i]->on_train_begin(trainer);
      }
      replay = std::move(next);
    }
    set_weight(model, epoch);
    const Json& figure = figures[static_cast<size_t>(epoch)];
    const EpochLogs logs = logs_of(epoch, replay->monitor, figure.is_string() ? NAN : figure.get<double>());
    for (Callback* callback : replay->all) callback->on_epoch_end(trainer, logs);
    const double rate = wanted.at("rates").at(static_cast<size_t>(epoch)).get<double>();
    EXPECT_NEAR(trainer.optimizer().learning_rate(), rate, 1e-6 * rate);
    const Json& waits = wanted.at("waits").at(static_cast<size_t>(epoch));
    if (replay->stop) {
      EXPECT_EQ(replay->stop->wait(), waits.at("early_stopping").get<int64_t>());
    }
    if (replay->reduce) {
      EXPECT_EQ(replay->reduce->wait(), waits.at("reduce_lr_on_plateau").get<int64_t>());
    }
    if (replay->keep && replay->keep->best_epoch() == epoch + 1) {
      saved.push_back(epoch);
      EXPECT_EQ(weight(load_model(replay->keep->file())), epoch);
    }
    if (trainer.stopped()) break;
  }
  for (Callback* callback : replay->all) callback->on_train_end(trainer);
  EXPECT_EQ(trainer.stopped(), wanted.at("stopped").get<bool>());
  EXPECT_EQ(std::min(epoch, static_cast<int>(figures.size()) - 1), wanted.at("last_epoch").get<int>());
  EXPECT_EQ(weight(model), wanted.at("weights_of").get<double>());
  EXPECT_EQ(saved, wanted.at("saved").get<std::vector<int>>());
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenCallbacks, testing::ValuesIn(cases()), [](const auto& c) { return c.param; });

TEST(EarlyStopping, TakesNoNaNForTheBest) {
  Model model = one_weight();
  Trainer trainer(model);
  EarlyStopping stop({.patience = 3, .restore_best_weights = true});
  stop.on_train_begin(trainer);
  const std::vector<double> figures = {NAN, 0.9, 0.8, NAN, 0.85, 0.9};
  for (size_t i = 0; i < figures.size(); ++i) {
    EXPECT_FALSE(trainer.stopped());
    set_weight(model, static_cast<double>(i));
    stop.on_epoch_end(trainer, logs_of(static_cast<int>(i), "val_loss", figures[i]));
  }
  EXPECT_EQ(stop.stopped_epoch(), 5);
  stop.on_train_end(trainer);
  EXPECT_EQ(stop.restored_epoch(), 2);
  EXPECT_EQ(weight(model), 2);
}

TEST(Callbacks, RememberAnInfiniteBestInACheckpoint) {
  const TemporaryFolder folder;
  Model model = one_weight();
  Trainer trainer(model);
  const Json wanted = {{"early_stopping", Json::object()},
                       {"reduce_lr_on_plateau", Json::object()},
                       {"model_checkpoint", {{"save_best_only", true}}}};
  Replay before(wanted, folder.path()), after(wanted, folder.path());
  for (size_t i = 0; i < before.all.size(); ++i) {
    before.all[i]->on_epoch_end(trainer, logs_of(0, "val_loss", INFINITY));
    const Json values = before.all[i]->state().values;
    after.all[i]->restore({.values = parse_json(values.dump(), "values")});
    EXPECT_EQ(after.all[i]->state().values, values);
    EXPECT_EQ(values.at("best"), "inf");
  }
}

TEST(EarlyStopping, RefusesWeightsOfAnotherModel) {
  Model model = one_weight();
  Trainer trainer(model);
  EarlyStopping stop({.restore_best_weights = true});
  CallbackState state = stop.state();
  state.arrays["other/kernel"] = Array(DType::f32, {1, 1});
  stop.restore(state);
  EXPECT_THAT(refusal([&] { stop.on_train_begin(trainer); }, ErrorKind::usage), HasSubstr("expected dense/kernel"));
}

TEST(Callbacks, RefuseWhatCannotBe) {
  const auto refused = [](auto make) { return refusal(make, ErrorKind::usage); };
  EXPECT_THAT(refused([] { EarlyStopping({.monitor = "val_los"}); }),
              HasSubstr("early stopping: unknown monitor (got \"val_los\", expected loss,"));
  EXPECT_THAT(refused([] { EarlyStopping({.mode = "up"}); }), HasSubstr("unknown mode"));
  EXPECT_THAT(refused([] { ReduceLROnPlateau({.factor = 1}); }), HasSubstr("factor must be at least 0 and below 1 (got 1)"));
  EXPECT_THAT(refused([] { Monitor("val_loss", "auto", 0, "here").value({.loss = 1}); }), HasSubstr("no such figure to monitor (got val_loss, expected one of loss, accuracy, learning_rate)"));
}

// 12 examples of two classes, in two numbers.
ArrayExamples two_classes(float bad = 0) {
  std::vector<float> values;
  std::vector<int32_t> labels;
  for (int i = 0; i < 12; ++i) {
    values.push_back(static_cast<float>(i % 2) + 0.01f * static_cast<float>(i));
    values.push_back(i == 11 ? 1 + bad : 1.0f);
    labels.push_back(i % 2);
  }
  return ArrayExamples(Array::of<float>({12, 2}, values), labels, 2);
}
Model two_outputs() {
  return sequential({.input_shape = {2}}, Dense({.units = 2, .activation = ActivationKind::softmax}));
}

TEST(LearningRateScheduler, SetsTheRateOfEveryEpoch) {
  Model model = two_outputs();
  Trainer trainer(model, {.optimizer = {.learning_rate = 0.1}, .threads = 1});
  LearningRateScheduler scheduler([](int epoch, double rate) { return epoch == 0 ? rate : rate / 2; });
  const History history = trainer.fit(two_classes(), {.epochs = 3, .callbacks = {&scheduler}});
  EXPECT_EQ(history[0].learning_rate, 0.1);
  EXPECT_EQ(history[2].learning_rate, 0.025);
}

TEST(TerminateOnNaN, EndsATrainingWithTheLastGoodWeights) {
  const auto examples = two_classes(std::numeric_limits<float>::infinity());
  Model model = two_outputs();
  Trainer trainer(model, {.threads = 1});
  TerminateOnNaN terminate;
  const History history = trainer.fit(examples, {.epochs = 3, .batch_size = 6, .shuffle = false, .callbacks = {&terminate}});
  EXPECT_TRUE(history.empty());
  EXPECT_THAT(terminate.reason(), HasSubstr("at step 2"));
  EXPECT_TRUE(std::isfinite(weight(model)));
  EXPECT_EQ(trainer.optimizer().iterations(), 1);
}

TEST(CSVLogger, WritesKerassColumns) {
  const TemporaryFolder folder;
  Model model = one_weight();
  Trainer trainer(model);
  CSVLogger logger(folder / "log.csv");
  logger.on_train_begin(trainer);
  logger.on_epoch_end(trainer, {.epoch = 0, .loss = 0.5, .accuracy = 1, .val_loss = 2, .val_accuracy = 0.25, .learning_rate = 0.1});
  logger.on_epoch_end(trainer, {.epoch = 1, .loss = 0.25, .accuracy = 1, .learning_rate = 0.1});
  const std::string text =
      "epoch,accuracy,learning_rate,loss,val_accuracy,val_loss\r\n0,1,0.1,0.5,0.25,2\r\n1,1,0.1,0.25,NA,NA\r\n";
  EXPECT_EQ(read_file(folder / "log.csv"), text);
  CSVLogger more(folder / "log.csv", ",", true);
  more.on_train_begin(trainer);
  more.on_epoch_end(trainer, {.epoch = 2, .loss = 0, .accuracy = 1, .val_loss = 1, .val_accuracy = 0, .learning_rate = 0.1});
  EXPECT_EQ(read_file(folder / "log.csv"), text + "2,1,0.1,0,0,1\r\n");
}

}  // namespace
}  // namespace fovea
