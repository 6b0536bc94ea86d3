// A training that is stopped anywhere goes on to the same bits.
#include "fovea/train/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "fovea/base/file.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/train/early_stopping.h"
#include "fovea/train/history.h"
#include "fovea/train/reduce_lr_on_plateau.h"
#include "fovea/train/run_recorder.h"
#include "tests/harness/files.h"
#include "tests/harness/run_model.h"

namespace fovea {
namespace {

using testing::HasSubstr;

constexpr int kEpochs = 5;
constexpr int64_t kPictures = 20, kBatch = 6, kSteps = 4;  // an epoch

Model net() {
  return sequential({.input_shape = {8, 8, 1}, .seed = 3}, Conv2D({.filters = 4, .kernel_size = {3, 3}}), BatchNormalization(),
                    Flatten(), Dropout({.rate = 0.5}), Dense({.units = 3, .activation = ActivationKind::softmax}));
}

ArrayExamples examples(uint64_t seed) {
  std::vector<int32_t> labels;
  for (int i = 0; i < kPictures; ++i) labels.push_back(i * 7 % 3);
  return ArrayExamples(Array::of<float>({kPictures, 8, 8, 1}, random_floats(kPictures * 64, seed)), labels, 3);
}

class StopAt final : public Callback {
 public:
  explicit StopAt(int64_t step) : step_(step) {}
  void on_batch_end(Trainer& trainer, const BatchLogs&) override {
    if (trainer.optimizer().iterations() == step_) trainer.stop();
  }

 private:
  int64_t step_;
};

// One process's part of a run: from its newest checkpoint, or from the beginning, to `stop_at` or the end. Where it stops at
// step 3 there is a checkpoint every step, else one an epoch.
struct Part {
  Part(const std::string& run, const OptimizerOptions& optimizer, int64_t stop_at, int epochs = kEpochs)
      : model(folder_exists(run + "/checkpoint") ? Checkpoint::newest(run + "/checkpoint").model() : net()),
        trainer(model, {.optimizer = optimizer, .seed = 11, .threads = 2, .lanes = 2, .metrics = {"auc", "f1"}}) {
    const auto train = examples(1), validation = examples(2);
    StopAt stop(stop_at);
    EarlyStopping early({.patience = 3, .restore_best_weights = true});
    ReduceLROnPlateau reduce({.monitor = "loss", .factor = 0.5, .patience = 1, .min_delta = 10});
    std::vector<Callback*> callbacks = {&early};
    if (!optimizer.schedule) callbacks.push_back(&reduce);
    RunRecorder recorder({.folder = run, .callbacks = callbacks, .seconds = stop_at == 3 ? 0.0 : 60.0});
    if (folder_exists(run + "/checkpoint")) Checkpoint::newest(run + "/checkpoint").restore(trainer, recorder.remembering());
    callbacks.insert(callbacks.begin(), &stop);
    callbacks.push_back(&recorder);
    history = trainer.fit(train, {.epochs = epochs, .batch_size = kBatch, .validation = &validation, .callbacks = callbacks});
    best = recorder.best();
  }

  std::vector<float> weights() const {
    std::vector<float> all;
    for (int p = 0; p < model.parameters().size(); ++p)
      for (const Array array = model.parameters().get(p); const float value : array.values<float>()) all.push_back(value);
    return all;
  }

  Model model;
  Trainer trainer;
  History history;
  int best = 0;
};

void expect_same(const Part& a, const Part& b) {
  EXPECT_EQ(a.weights(), b.weights());
  EXPECT_EQ(history_csv(a.history), history_csv(b.history));
  EXPECT_EQ(a.best, b.best);
  EXPECT_EQ(a.trainer.place().epoch, b.trainer.place().epoch);
}

class Resume : public testing::TestWithParam<std::string> {
 protected:
  static OptimizerOptions optimizer() {
    if (GetParam() == "nadam") return {.name = "nadam", .use_ema = true};
    if (GetParam() == "sgd") return {.name = "sgd", .learning_rate = 0.1, .momentum = 0.9, .gradient_accumulation_steps = 3};
    if (GetParam() == "cosine") return {.name = "rmsprop", .schedule = CosineDecay{.initial_learning_rate = 0.01, .decay_steps = 15}};
    return {};
  }
};

TEST_P(Resume, GivesTheSameBitsWhereverTheTrainingWasStopped) {
  const TemporaryFolder folder;
  create_folders(folder / "whole");
  const Part whole(folder / "whole", optimizer(), -1);
  ASSERT_GE(whole.history.size(), 3u);
  for (const int64_t step : {3, 4, 10}) {
    SCOPED_TRACE("stopped at step " + std::to_string(step));
    const std::string run = folder / ("stopped" + std::to_string(step));
    create_folders(run);
    Part first(run, optimizer(), step);
    EXPECT_EQ(first.trainer.optimizer().iterations(), step);
    const Part second(run, optimizer(), -1);
    expect_same(second, whole);
    EXPECT_EQ(read_file(run + "/history.csv"), history_csv(whole.history));
    EXPECT_EQ(read_file(run + "/best.safetensors"), read_file(folder / "whole/best.safetensors"));
    EXPECT_EQ(list_folder(run + "/checkpoint").size(), 2u);
  }
}

INSTANTIATE_TEST_SUITE_P(Optimizers, Resume, testing::Values("adam", "nadam", "sgd", "cosine"), [](const auto& o) { return o.param; });

TEST(Checkpoint, ExtendsAFinishedTraining) {
  const TemporaryFolder folder;
  create_folders(folder / "short");
  create_folders(folder / "long");
  Part(folder / "short", {}, -1, 2);
  EXPECT_EQ(Checkpoint::newest(folder / "short/checkpoint").place().epochs, 2);
  expect_same(Part(folder / "short", {}, -1, 3), Part(folder / "long", {}, -1, 3));
  expect_same(Part(folder / "short", {}, -1, 3), Part(folder / "long", {}, -1, 3));  // what is finished stays so
}

TEST(Checkpoint, FallsBackOnTheOneBefore) {
  const TemporaryFolder folder;
  const Part part(folder.path(), {}, 3);
  const std::string newest = Checkpoint::newest(folder / "checkpoint").path();
  write_file_atomically(newest + "/model.safetensors", "torn");
  EXPECT_EQ(Checkpoint(newest).passed_over(), "");
  const Checkpoint before = Checkpoint::newest(folder / "checkpoint");
  EXPECT_LT(before.path(), newest);
  EXPECT_THAT(before.passed_over(), HasSubstr(newest + "/model.safetensors"));
  std::filesystem::remove_all(folder / "checkpoint");
  EXPECT_THAT(refusal([&] { Checkpoint::newest(folder / "checkpoint"); }), HasSubstr("there is no checkpoint to go on from"));
}

TEST(Checkpoint, TroubleIsToldAgainAfterAWhile) {
  const auto warnings = [](double seconds) {
    const TemporaryFolder folder;
    create_folders(folder / "run");
    std::vector<std::string> told;
    RunRecorder recorder({.folder = folder / "run",
                          .best = {.monitor = "loss", .save_best_only = true},
                          .warn = [&](const std::string& trouble) { told.push_back(trouble); },
                          .warn_seconds = seconds});
    std::filesystem::remove_all(folder / "run");  // nothing can be written there any more
    Model model = net();
    Trainer trainer(model, {.threads = 1});
    trainer.fit(examples(1), {.epochs = 3, .batch_size = kBatch, .callbacks = {&recorder}});
    return told.size();
  };
  EXPECT_EQ(warnings(3600), 1u);
  EXPECT_GT(warnings(0), 3u);
}

TEST(RunRecorder, TellsOfAnEventThatCannotBeWritten) {
  const TemporaryFolder folder;
  std::vector<std::string> told;
  RunRecorder recorder({.folder = folder.path(), .warn = [&](const std::string& trouble) { told.push_back(trouble); }});
  const FileLimit limit(10);
  recorder.tell("fine_tune", {{"epochs", 3}});
  EXPECT_THAT(told, testing::ElementsAre(HasSubstr("events.jsonl: cannot write")));
}

TEST(Checkpoint, RefusesAnotherOptimizerAndOtherBatches) {
  const TemporaryFolder folder;
  const Part part(folder.path(), {}, 3);
  const Checkpoint checkpoint = Checkpoint::newest(folder / "checkpoint");
  Model model = checkpoint.model();
  Trainer other(model, {.optimizer = {.name = "sgd"}});
  EXPECT_THAT(refusal([&] { checkpoint.restore(other, {}); }), HasSubstr("is of another optimizer (got adam, expected sgd)"));
  Trainer unmeasured(model);
  checkpoint.restore(unmeasured, {});
  EXPECT_THAT(refusal([&] { unmeasured.fit(examples(1), {.batch_size = kBatch}); }, ErrorKind::usage),
              HasSubstr("in the middle of an epoch with other metrics"));
  Trainer same(model, {.metrics = {"auc", "f1"}});
  checkpoint.restore(same, {});
  EXPECT_THAT(refusal([&] { same.fit(examples(1), {.batch_size = 5}); }, ErrorKind::usage), HasSubstr("in the middle of an epoch of other batches"));
}

}  // namespace
}  // namespace fovea
