#include "fovea/train/loss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/layers/dense.h"
#include "fovea/train/trainer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Model net(int64_t units, ActivationKind activation) {
  return sequential({.input_shape = {3}}, Dense({.units = units, .activation = activation}));
}

TEST(LossNames, AreThoseThatKerasTakes) {
  for (const std::string& name : loss_names()) EXPECT_EQ(to_string(loss_of(name, "")), name);
  EXPECT_EQ(loss_of("BinaryCrossentropy", ""), Loss::binary_crossentropy);
  EXPECT_EQ(loss_of("bce", ""), Loss::binary_crossentropy);
  EXPECT_EQ(loss_of("MSE", ""), Loss::mean_squared_error);
  EXPECT_EQ(loss_of("CategoricalFocalCrossentropy", ""), Loss::categorical_focal_crossentropy);
  EXPECT_THAT(refusal([] { loss_of("binary_crossentropie", "--loss"); }, ErrorKind::usage),
              testing::EndsWith("did you mean \"binary_crossentropy\"?"));
}

TEST(Trainer, TakesTheLossThatSuitsTheOutputs) {
  Model one = net(1, ActivationKind::sigmoid), three = net(3, ActivationKind::softmax);
  EXPECT_EQ(Trainer(one).options().loss, Loss::binary_crossentropy);
  EXPECT_EQ(Trainer(three).options().loss, Loss::categorical_crossentropy);
  EXPECT_EQ(one.classes(), 2);
  EXPECT_EQ(refusal([&] { Trainer(one, {.loss = Loss::categorical_crossentropy}); }, ErrorKind::usage),
            "loss: a model with one output tells two classes apart (got categorical_crossentropy, expected "
            "binary_crossentropy)");
  EXPECT_THAT(refusal([&] { Trainer(three, {.loss = Loss::mean_squared_error, .label_smoothing = 0.1f}); }, ErrorKind::usage),
              testing::HasSubstr("does not go with this loss (got 0.1 with mean_squared_error, expected 0)"));
}

// Weights of 0 answer 0.5: the first class, with a loss of ln 2 whatever the label.
TEST(Trainer, ReportsBothClassesOfOneOutput) {
  Model model = net(1, ActivationKind::sigmoid);
  Array zeros(DType::f32, {3, 1}), pictures(DType::f32, {4, 3});
  model.parameters().set(0, zeros);
  const ArrayExamples examples(std::move(pictures), {0, 1, 0, 0}, 2);
  const Evaluation evaluation = Trainer(model).evaluate(examples, 3);
  EXPECT_NEAR(evaluation.loss, std::log(2.0), 1e-7);
  EXPECT_EQ(evaluation.accuracy, 0.75);
  EXPECT_EQ(evaluation.top5, 1);
  EXPECT_EQ(evaluation.probabilities, std::vector<float>(8, 0.5f));
}

// The penalty is of the weights before the step, and of each batch: here 0.5 · (1² + 2² + 2²).
TEST(Trainer, AddsThePenaltyToTheLoss) {
  Model model = sequential({.input_shape = {3}}, Dense({.units = 1, .activation = ActivationKind::sigmoid, .use_bias = false,
                                                        .kernel_regularizer = {.l2 = 0.5}}));
  Array weights(DType::f32, {3, 1}), pictures(DType::f32, {4, 3});
  weights.values<float>()[0] = 1;
  weights.values<float>()[1] = -2;
  weights.values<float>()[2] = 2;
  model.parameters().set(0, weights);
  const ArrayExamples examples(std::move(pictures), {0, 1, 0, 0}, 2);
  Trainer trainer(model, {.optimizer = {.name = "sgd", .learning_rate = 0.5}});
  EXPECT_NEAR(trainer.evaluate(examples, 2).loss, std::log(2.0) + 4.5, 1e-6);
  EXPECT_NEAR(trainer.train_on_batch(examples), std::log(2.0) + 4.5, 1e-6);
  // Pictures of 0 leave the penalty's gradient alone: w - 0.5 · (2 · 0.5 · w).
  const Array after = model.parameters().get(0);
  EXPECT_EQ(after.values<float>()[0], 0.5f);
  EXPECT_EQ(after.values<float>()[1], -1.0f);
}

TEST(Trainer, LeavesFrozenWeightsOutOfThePenalty) {
  auto dense = std::make_shared<Dense>(DenseOptions{.units = 2, .kernel_regularizer = {.l1 = 1}});
  dense->set_trainable(false);
  Graph graph("frozen");
  graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = {3}}), {});
  graph.add(dense, {0});
  const Model model(std::move(graph));
  EXPECT_EQ(model.parameters().penalty(model.graph()), 0);
}

}  // namespace
}  // namespace fovea
