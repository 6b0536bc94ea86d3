#include "fovea/explain/faithfulness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/layers/activation.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "tests/harness/run_model.h"

namespace fovea::explain {
namespace {

// Two classes told from the first of four pixels alone.
struct FirstPixel {
  Model model = sequential({.input_shape = {2, 2, 1}}, Flatten(), Dense({.units = 2, .activation = ActivationKind::softmax, .name = "head"}));
  ThreadPool pool{1};
  std::optional<Network> network;
  Floats picture = {1, 1, 1, 1};

  FirstPixel() {
    Array kernel(DType::f32, {4, 2});
    kernel.values<float>()[0] = 10;
    model.parameters().set(model.parameters().find("head/kernel"), kernel);
    network.emplace(model, pool);
  }
  static Map map(std::vector<float> values) {
    Map map(2, 2);
    map.values = std::move(values);
    return map;
  }
};

TEST(Deletion, FallsAtOnceForTheRightPixel) {
  FirstPixel net;
  const Floats zeros(4);
  const Curve good = deletion(*net.network, net.picture, zeros, FirstPixel::map({4, 3, 2, 1}), 0, 4);
  const Curve bad = deletion(*net.network, net.picture, zeros, FirstPixel::map({1, 2, 3, 4}), 0, 4);
  EXPECT_THAT(good.probabilities, testing::Pointwise(testing::DoubleNear(1e-4), std::vector<double>{1, .5, .5, .5, .5}));
  EXPECT_THAT(bad.probabilities, testing::Pointwise(testing::DoubleNear(1e-4), std::vector<double>{1, 1, 1, 1, .5}));
  EXPECT_NEAR(good.area, (0.75 + 3 * 0.5) / 4, 1e-4);
  EXPECT_LT(good.area, bad.area);
}

TEST(Insertion, RisesAtOnceForTheRightPixel) {
  FirstPixel net;
  const Floats zeros(4);
  EXPECT_THAT(insertion(*net.network, net.picture, zeros, FirstPixel::map({4, 3, 2, 1}), 0, 2).probabilities,
              testing::Pointwise(testing::DoubleNear(1e-4), std::vector<double>{.5, 1, 1}));
  EXPECT_THAT(insertion(*net.network, net.picture, zeros, FirstPixel::map({1, 2, 3, 4}), 0, 2).probabilities,
              testing::Pointwise(testing::DoubleNear(1e-4), std::vector<double>{.5, .5, 1}));
}

TEST(AverageDrop, IsWhatTheMapHides) {
  FirstPixel net;
  EXPECT_NEAR(average_drop(*net.network, net.picture, FirstPixel::map({1, 0, 0, 0}), 0), 0, 1e-4);
  EXPECT_NEAR(average_drop(*net.network, net.picture, FirstPixel::map({0, 1, 1, 1}), 0), 0.5, 1e-3);
  EXPECT_NEAR(average_drop(*net.network, net.picture, FirstPixel::map({0, 1, 1, 1}), 1), 0, 1e-3) << "what rises has not dropped";
}

TEST(Blurred, KeepsAFlatPictureAndSpreadsAPoint) {
  const Floats flat(5 * 5 * 2, 0.25f);
  EXPECT_THAT(blurred(flat, {5, 5, 2}, 1), testing::Each(testing::FloatNear(0.25f, 1e-6f)));
  Floats point(9 * 9);
  point[40] = 1;
  const Floats spread = blurred(point, {9, 9, 1}, 1);
  EXPECT_LT(spread[40], 0.25f);
  EXPECT_FLOAT_EQ(spread[31], spread[49]);
  EXPECT_GT(spread[31], spread[22]);
}

}  // namespace
}  // namespace fovea::explain
