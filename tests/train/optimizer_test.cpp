#include "fovea/train/optimizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/layers/dense.h"
#include "fovea/train/trainer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;

TEST(Optimizer, NamesItsStateAsKeras) {
  EXPECT_THAT(Optimizer({.name = "sgd"}).slot_names(), ElementsAre());
  EXPECT_THAT(Optimizer({.name = "adam", .amsgrad = true, .use_ema = true, .gradient_accumulation_steps = 3}).slot_names(),
              ElementsAre("momentum", "velocity", "velocity_hat", "average", "gradient_accumulator"));
  EXPECT_THAT(Optimizer({.name = "Adagrad"}).slots(), ElementsAre(0.1f));
}

TEST(Optimizer, FillsInKerassDefaults) {
  EXPECT_EQ(Optimizer({.name = "sgd"}).learning_rate(), 0.01);
  EXPECT_EQ(Optimizer({.name = "adadelta"}).options().rho, 0.95);
  EXPECT_EQ(Optimizer({.name = "lion"}).options().beta_2, 0.99);
  EXPECT_EQ(Optimizer({.name = "adamw"}).options().weight_decay, 0.004);
}

TEST(Optimizer, RefusesWhatCannotBe) {
  const auto refused = [](const OptimizerOptions& options) {
    return refusal([&] { Optimizer{options}; }, ErrorKind::usage);
  };
  EXPECT_THAT(refused({.name = "adan"}), testing::HasSubstr("did you mean \"adam\", "));
  EXPECT_EQ(refused({.epsilon = 0}), "optimizer: epsilon must be a number > 0 (got 0)");
  EXPECT_EQ(refused({.clipnorm = 1, .clipvalue = 1}),
            "optimizer: only one of clipnorm, clipvalue and global_clipnorm can be set");
  EXPECT_EQ(refused({.gradient_accumulation_steps = 1}),
            "optimizer: gradient_accumulation_steps must be at least 2 (got 1)");
  EXPECT_EQ(refused({.use_ema = true, .ema_momentum = 1.5}), "optimizer: ema_momentum must be between 0 and 1 (got 1.5)");
}

// A training that goes on elsewhere takes the same steps: nadam's product too is told from the number of steps.
TEST(Optimizer, GoesOnFromANumberOfSteps) {
  const auto trained = [](int first, int second) {
    Model model = sequential({.input_shape = {3}}, Dense({.units = 2, .activation = ActivationKind::softmax}));
    Array pictures(DType::f32, {4, 3});
    for (size_t i = 0; i < 12; ++i) pictures.values<float>()[i] = static_cast<float>(i % 5) - 2;
    const ArrayExamples examples(std::move(pictures), {0, 1, 1, 0}, 2);
    std::vector<Array> state;
    int64_t steps = 0;
    for (const int count : {first, second}) {
      Trainer trainer(model, {.optimizer = {.name = "nadam", .learning_rate = 0.1}});
      for (size_t s = 0; s < state.size(); ++s)
        model.parameters().set_slot(static_cast<int>(s / 2), static_cast<int>(s % 2), state[s]);
      trainer.optimizer().set_iterations(steps);
      for (int step = 0; step < count; ++step) trainer.train_on_batch(examples);
      steps = trainer.optimizer().iterations();
      state.clear();
      for (int p = 0; p < 2; ++p)
        for (int slot = 0; slot < 2; ++slot) state.push_back(model.parameters().get_slot(p, slot));
    }
    const Array weights = model.parameters().get(0);
    return std::vector<float>(weights.values<float>().begin(), weights.values<float>().end());
  };
  EXPECT_EQ(trained(3, 4), trained(7, 0));
}

TEST(Optimizer, GoesOnFromAnyNumberOfSteps) {
  for (const double beta_1 : {0.0, 0.9, 1 - 1e-9}) {
    Optimizer optimizer({.name = "nadam", .beta_1 = beta_1});
    optimizer.set_iterations(100'000'000'000'000);
    EXPECT_EQ(optimizer.iterations(), 100'000'000'000'000);
  }
}

}  // namespace
}  // namespace fovea
