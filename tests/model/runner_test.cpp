#include "fovea/model/runner.h"

#include <gtest/gtest.h>

#include <limits>

#include "fovea/model/span_feed.h"
#include "tests/harness/files.h"
#include "tests/model/nets.h"

namespace fovea {
namespace {

Model classifier() {
  Net net({6, 6, 3});
  net.add(Conv2D({.filters = 4, .kernel_size = 3, .activation = ActivationKind::relu}));
  net.add(BatchNormalization());
  net.add(Flatten());
  net.add(Dense({.units = 3, .activation = ActivationKind::softmax}));
  return std::move(net).model();
}

class StillFeed final : public kernels::Feed {
 public:
  void pictures(int64_t first, int64_t rows, float* dst) const override {
    for (int64_t i = 0; i < rows * 108; ++i) dst[i] = static_cast<float>((first * 108 + i) % 23) / 23;
  }
  void targets(int64_t, int64_t rows, float* dst) const override {
    for (int64_t i = 0; i < rows * 3; ++i) dst[i] = i % 3 == 1 ? 1.0f : 0.0f;
  }
};

TEST(Runner, KeepsTheLanesOfItsUsualBatchForShorterOnes) {
  Model model = classifier();
  ThreadPool pool(1);
  Runner runner(model, pool, {.batch = 12, .lanes = 3, .tile = 2});
  EXPECT_EQ(runner.plan(12).lanes, 3);
  EXPECT_EQ(runner.plan(5).lane_rows, std::vector<int64_t>({2, 2, 1}));
  EXPECT_EQ(runner.plan(5).tiles, std::vector<int64_t>({2, 2, 1}));
  EXPECT_EQ(&runner.plan(12), &runner.plan(12));
}

TEST(Runner, GivesTheSameNumbersForAPictureInAnyBatch) {
  Model model = classifier();
  ThreadPool pool(2);
  Runner runner(model, pool, {.batch = 12, .lanes = 3, .tile = 2});
  const StillFeed feed;
  const Plan& long_one = runner.compute(12, {.feed = &feed});
  const Floats all(long_one.output.begin(), long_one.output.end());
  const Plan& short_one = runner.compute(5, {.feed = &feed});
  EXPECT_LE(golden_difference(short_one.output, std::span(all).first(15)), 1e-6);
}

TEST(Runner, UsesWeightsAsTheyAreNow) {
  Model model = classifier();
  ThreadPool pool(1);
  const StillFeed feed;
  Runner runner(model, pool, {.batch = 2, .lanes = 1, .gradients = true, .loss = PlanOptions::Loss{}});
  const Plan& plan = runner.compute(2, {.feed = &feed});
  const Floats before(plan.output.begin(), plan.output.end());
  randomize(model, 99);
  runner.compute(2, {.feed = &feed});
  EXPECT_GT(golden_difference(plan.output, before), 1e-3);
}

TEST(Runner, SharesCopiesOfWeightsAmongItsPlans) {
  const auto convolutions = [](uint64_t seed) {
    Net net({12, 12, 8});
    net.add(Conv2D({.filters = 8, .kernel_size = 3, .padding = Padding::same}));
    net.add(Conv2D({.filters = 8, .kernel_size = 3, .padding = Padding::same}));
    return std::move(net).model(seed);
  };
  const auto output = [](Runner& runner, int64_t rows) {
    const Floats pictures = pictures_for(runner.model(), rows);
    const SpanFeed feed(pictures, runner.model().input_shape().elements());
    const Plan& plan = runner.compute(rows, {.feed = &feed});
    return Floats(plan.output.begin(), plan.output.end());
  };
  Model model = convolutions(1), other = convolutions(99);
  ThreadPool pool(2);
  Runner runner(model, pool, {.batch = 32, .lanes = 2}), of_other(other, pool, {.batch = 32, .lanes = 2});
  ASSERT_EQ(runner.plan(32).shared_copies.size(), 2u);
  EXPECT_EQ(runner.plan(32).shared_copies, runner.plan(24).shared_copies);
  output(runner, 32);
  output(runner, 24);
  randomize(model, 99);
  EXPECT_EQ(output(runner, 24), output(of_other, 24));
  EXPECT_EQ(output(runner, 32), output(of_other, 32));
}

TEST(Runner, NamesTheFirstStepThatIsNotFinite) {
  Model model = classifier();
  const int kernel = model.parameters().find("dense/kernel");
  Array weights = model.parameters().get(kernel);
  ThreadPool pool(1);
  const StillFeed feed;
  Runner runner(model, pool,
                {.batch = 4, .lanes = 2, .training = true, .gradients = true, .loss = PlanOptions::Loss{}});
  runner.compute(4, {.feed = &feed});
  EXPECT_EQ(runner.find_not_finite(4, {.feed = &feed}), "");
  weights.values<float>()[0] = std::numeric_limits<float>::infinity();
  model.parameters().set(kernel, weights);
  runner.compute(4, {.feed = &feed});
  EXPECT_EQ(runner.find_not_finite(4, {.feed = &feed}), "dense: dense");
}

TEST(Runner, RefusesABatchOfNone) {
  Model model = classifier();
  EXPECT_EQ(refusal([&] { make_plan(model.graph(), model.parameters(), {.batch = 0}); }, ErrorKind::usage),
            "batch size: must be at least 1 (got 0)");
}

TEST(Runner, RefusesALossBehindMaps) {
  Net net({4, 4, 3});
  net.add(MaxPooling2D({.name = "pool"}));
  Model model = std::move(net).model();
  EXPECT_EQ(refusal([&] { make_plan(model.graph(), model.parameters(), {.batch = 1, .loss = PlanOptions::Loss{}}); },
                    ErrorKind::usage),
            "pool: a loss needs a vector of classes behind the last layer (got shape (2, 2, 3))");
}

}  // namespace
}  // namespace fovea
