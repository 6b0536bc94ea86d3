// The same seed gives the same bits, whatever the number of threads. Run again by CTest with oneDNN held to AVX2.
#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "fovea/base/random.h"
#include "fovea/layers/add.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/train/trainer.h"

namespace fovea {
namespace {

constexpr int64_t kClasses = 4, kPictures = 42, kBatch = 16;  // batches of 16, 16 and 10
constexpr int kEpochs = 17;

// Each of what couples pictures, draws random numbers or splits work over lanes; odd numbers of channels.
Model small_net(uint64_t seed) {
  const auto relu = ActivationKind::relu;
  Graph graph("small");
  int last = graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = {10, 9, 3}}), {});
  const auto add = [&]<class L>(L layer) { last = graph.add(std::make_shared<L>(std::move(layer)), {last}); };
  add(Conv2D({.filters = 8, .kernel_size = 3, .padding = Padding::same, .activation = relu}));
  add(BatchNormalization());
  const int skip = last;
  add(Conv2D({.filters = 8, .kernel_size = 3, .padding = Padding::same}));
  last = graph.add(std::make_shared<Add>(), {skip, last});
  add(MaxPooling2D());
  add(Dropout(0.2f));
  add(Conv2D({.filters = 13, .kernel_size = 3, .activation = relu}));
  add(BatchNormalization({.momentum = 0.9f}));
  add(Flatten());
  add(Dense({.units = 19, .activation = relu}));
  add(BatchNormalization());
  add(Dropout(0.4f));
  add(Dense({.units = kClasses, .activation = ActivationKind::softmax}));
  return Model(std::move(graph), seed);
}

ArrayExamples examples() {
  RandomStream random(11, purpose::kSample);
  Array pictures(DType::f32, {kPictures, 10, 9, 3});
  for (float& value : pictures.values<float>()) value = random.unit() - 0.5f;
  std::vector<int32_t> labels;
  for (int64_t i = 0; i < kPictures; ++i) labels.push_back(static_cast<int32_t>(random.below(kClasses)));
  return {std::move(pictures), std::move(labels), kClasses};
}

// Weights, moving statistics and the optimizer's state after 51 steps.
std::vector<float> trained(Model model, const OptimizerOptions& optimizer, int threads, uint64_t seed) {
  Trainer trainer(model, {.optimizer = optimizer, .seed = seed, .threads = threads, .lanes = 4, .tile = 3});
  trainer.fit(examples(), {.epochs = kEpochs, .batch_size = kBatch});
  EXPECT_EQ(trainer.optimizer().iterations(), 51);
  std::vector<float> all;
  const auto keep = [&](const Array& array) {
    all.insert(all.end(), array.values<float>().begin(), array.values<float>().end());
  };
  Parameters& parameters = model.parameters();
  for (int p = 0; p < parameters.size(); ++p) {
    keep(parameters.get(p));
    for (size_t slot = 0; slot < parameters[p].slots.size(); ++slot)
      keep(parameters.get_slot(p, static_cast<int>(slot)));
  }
  return all;
}

std::vector<float> trained(int threads, uint64_t seed = 3) { return trained(small_net(seed), {}, threads, seed); }

// With penalties, constraints, a moving average and gradients of two steps gathered.
std::vector<float> trained_with_options(int threads) {
  const Constraint longest = {.kind = ConstraintKind::max_norm, .max_value = 0.9, .axis = {0, 1, 2}};
  const Constraint positive = {.kind = ConstraintKind::non_neg};
  Model model = sequential(
      {.input_shape = {10, 9, 3}, .seed = 3},
      Conv2D({.filters = 13, .kernel_size = 3, .activation = ActivationKind::relu, .kernel_regularizer = {.l2 = 0.01},
              .kernel_constraint = longest}),
      BatchNormalization({.gamma_regularizer = {.l1 = 0.001}, .gamma_constraint = positive}), Flatten(),
      Dense({.units = kClasses, .activation = ActivationKind::softmax, .kernel_regularizer = {.l1 = 0.001, .l2 = 0.01},
             .bias_constraint = positive}));
  return trained(std::move(model),
                 {.name = "nadam", .weight_decay = 0.01, .exclude_from_weight_decay = {"bias"}, .global_clipnorm = 0.5,
                  .use_ema = true, .ema_overwrite_frequency = 5, .gradient_accumulation_steps = 2},
                 threads, 3);
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(Determinism, TrainingGivesTheSameBitsForAnyNumberOfThreads) {
  const std::vector<float> one = trained(1);
  for (const float value : one) ASSERT_TRUE(std::isfinite(value));
  for (const int threads : {2, 3, 5}) EXPECT_TRUE(same_bits(trained(threads), one)) << threads << " threads";
}

TEST(Determinism, AlsoWithPenaltiesConstraintsAveragesAndGatheredGradients) {
  const std::vector<float> one = trained_with_options(1);
  for (const float value : one) ASSERT_TRUE(std::isfinite(value));
  for (const int threads : {2, 3}) EXPECT_TRUE(same_bits(trained_with_options(threads), one)) << threads << " threads";
}

TEST(Determinism, ASecondTrainingGivesTheSameBits) { EXPECT_TRUE(same_bits(trained(2), trained(2))); }

TEST(Determinism, TrainingsSideBySideDoNotMeet) {
  const std::vector<float> alone = trained(1);
  std::vector<std::vector<float>> beside(3);
  std::vector<std::thread> threads;
  for (std::vector<float>& result : beside) threads.emplace_back([&] { result = trained(2); });
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& result : beside) EXPECT_TRUE(same_bits(result, alone));
}

TEST(Determinism, AnotherSeedGivesOtherBits) { EXPECT_FALSE(same_bits(trained(1, 3), trained(1, 4))); }

}  // namespace
}  // namespace fovea
