#include "fovea/train/learning_rate_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/layers/dense.h"
#include "tests/harness/files.h"
#include "tests/harness/run_model.h"

namespace fovea {
namespace {

using testing::HasSubstr;

// Three classes, each around a corner of its own.
ArrayExamples corners() {
  constexpr int64_t kPictures = 60;
  std::vector<float> values = random_floats(kPictures * 3, 5, -0.3f, 0.3f);
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < kPictures; ++i) {
    labels.push_back(static_cast<int32_t>(i % 3));
    values[static_cast<size_t>(i * 3 + i % 3)] += 1;
  }
  return ArrayExamples(Array::of<float>({kPictures, 3}, values), labels, 3);
}

Model net() { return sequential({.input_shape = {3}, .seed = 2}, Dense({.units = 3, .activation = ActivationKind::softmax})); }

TEST(LearningRateFinder, FindsWhereTheLossFalls) {
  Model model = net();
  Trainer trainer(model, {.optimizer = {.name = "sgd", .momentum = 0.9}, .threads = 1});
  const auto pictures = corners();
  const double before = trainer.evaluate(pictures).loss;
  const LearningRateCurve curve = find_learning_rate(trainer, pictures, {.from = 1e-4, .to = 1e4, .steps = 100, .batch_size = 10});
  ASSERT_GE(curve.points.size(), 50u);
  EXPECT_EQ(curve.points.front().learning_rate, 1e-4);
  EXPECT_GT(curve.steepest, 1e-3);
  EXPECT_LT(curve.steepest, 10);
  EXPECT_LE(curve.steepest, curve.lowest);
  EXPECT_EQ(trainer.evaluate(pictures).loss, before) << "weights are what they were";
  EXPECT_EQ(trainer.optimizer().iterations(), 0);
  EXPECT_EQ(trainer.optimizer().learning_rate(), 0.01);
}

TEST(LearningRateFinder, EndsWhereTheLossIsNotFinite) {
  Model model = net();
  Trainer trainer(model, {.optimizer = {.name = "sgd"}, .loss = Loss::mean_squared_error, .threads = 1});
  const LearningRateCurve curve =
      find_learning_rate(trainer, corners(), {.from = 1, .to = 1e30, .steps = 20, .batch_size = 10, .blow_up = 1e30});
  EXPECT_FALSE(curve.points.empty());
}

TEST(LearningRateFinder, RefusesWhatCannotBe) {
  Model model = net();
  Trainer trainer(model, {.threads = 1});
  const auto refused = [&](Trainer& with, const LearningRateFinderOptions& options) {
    return refusal([&] { find_learning_rate(with, corners(), options); }, ErrorKind::usage);
  };
  EXPECT_THAT(refused(trainer, {.from = 0}), HasSubstr("must grow from above 0 (got 0 to 10)"));
  EXPECT_THAT(refused(trainer, {.from = 1, .to = 0.1}), HasSubstr("must grow"));
  EXPECT_THAT(refused(trainer, {.steps = 2}), HasSubstr("at least 10 (got 2)"));
  Trainer scheduled(model, {.optimizer = {.schedule = CosineDecay{.initial_learning_rate = 0.1, .decay_steps = 5}}, .threads = 1});
  EXPECT_THAT(refused(scheduled, {}), HasSubstr("a schedule sets them"));
}

}  // namespace
}  // namespace fovea
