#include "fovea/model/predictor.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/model/nets.h"

namespace fovea {
namespace {

constexpr int64_t kPicture = 6 * 6 * 3;

// With what prediction folds, drops and copies.
Model classifier() {
  Net net({6, 6, 3});
  net.add(Conv2D({.filters = 5, .kernel_size = 3, .activation = ActivationKind::relu}));
  net.add(BatchNormalization());
  net.add(Dropout(0.5f));
  net.add(Conv2D({.filters = 4, .kernel_size = 2}));
  net.add(BatchNormalization());
  net.add(Flatten());
  net.add(Dense({.units = 3, .activation = ActivationKind::softmax}));
  return std::move(net).model();
}

TEST(Predictor, GivesWhatTheEngineGives) {
  Model model = classifier();
  const Floats pictures = random_floats(7 * kPicture, 3);
  const Floats probabilities = Predictor(model, {.batch_size = 7}).predict(pictures);
  const ModelRun run = run_model(model, {.batch = 7}, pictures);
  EXPECT_LE(golden_difference(probabilities, run.output), 1e-6);
}

TEST(Predictor, IsAskedByManyThreadsAtOnce) {
  Model model = classifier();
  const Predictor predictor(model, {.batch_size = 4});
  const std::vector<int64_t> sizes = {1, 9, 4, 6};  // whole batches and rests
  std::vector<Floats> pictures, alone;
  for (size_t i = 0; i < sizes.size(); ++i) {
    pictures.push_back(random_floats(sizes[i] * kPicture, i));
    alone.push_back(predictor.predict(pictures[i]));
  }
  std::vector<std::thread> threads;
  std::vector<int> wrong(sizes.size());
  for (size_t t = 0; t < sizes.size(); ++t)
    threads.emplace_back([&, t] {
      for (size_t call = 0; call < 40; ++call) {
        const size_t i = (t + call) % sizes.size();
        wrong[t] += predictor.predict(pictures[i]) != alone[i];
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(sizes.size()));
}

TEST(Predictor, MakesItsPlansOnTheThreadsThatAsk) {
  Model model = classifier();
  const Predictor predictor(model, {.batch_size = 2, .threads = 2});
  const Floats pictures = random_floats(5 * kPicture, 3);
  std::vector<Floats> results(3);
  std::vector<std::thread> threads;
  for (Floats& result : results) threads.emplace_back([&] { result = predictor.predict(pictures); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(results[0].size(), 15u);
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
}

TEST(Predictor, UsesWeightsAsTheyAreBetweenCalls) {
  Model model = classifier();
  const Predictor predictor(model, {.batch_size = 2});
  const Floats pictures = random_floats(2 * kPicture, 3);
  const Floats before = predictor.predict(pictures);
  randomize(model, 99);
  const Floats after = predictor.predict(pictures);
  EXPECT_NE(after, before);
  EXPECT_EQ(after, Predictor(model, {.batch_size = 2}).predict(pictures));
}

// Across a max pooling a normalisation folds only as long as none of its scales is negative.
TEST(Predictor, LeavesWeightsWhereTheyAreWhenTheyFoldNoMore) {
  Net net({6, 6, 3});
  net.add(BatchNormalization());
  net.add(MaxPooling2D());
  net.add(Conv2D({.filters = 4, .kernel_size = 2}));
  Model model = std::move(net).model();
  Parameters& parameters = model.parameters();
  const Predictor predictor(model, {.batch_size = 2});
  const int gamma = parameters.find("batch_normalization/gamma");
  parameters.set(gamma, Array::of<float>({3}, Floats({1, -1, 1})));
  const auto places = [&] {
    std::vector<const void*> all;
    for (int p = 0; p < parameters.size(); ++p) all.push_back(parameters[p].value.data());
    return all;
  };
  const auto before = places();
  (void)predictor.predict(random_floats(2 * kPicture, 3));
  EXPECT_EQ(places(), before) << "another call may be reading them";
}

TEST(Predictor, TakesNoPicturesAndRefusesParts) {
  Model model = classifier();
  const Predictor predictor(model);
  EXPECT_TRUE(predictor.predict({}).empty());
  try {
    (void)predictor.predict(Floats(kPicture + 1));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "pictures: got 109 numbers, expected whole pictures of 108 for the shape (6, 6, 3)");
  }
  EXPECT_THROW(Predictor(model, {.batch_size = 0}), Error);
}

}  // namespace
}  // namespace fovea
