#include "fovea/explain/feature_maps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/layers/activation.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "tests/harness/run_model.h"

namespace fovea::explain {
namespace {

Model three_channels() {
  Model model = sequential({.input_shape = {3, 3, 1}}, Conv2D({.filters = 3, .kernel_size = 1, .activation = ActivationKind::relu, .name = "maps"}),
                           Activation({.activation = ActivationKind::sigmoid, .name = "squashed"}), Flatten(), Dense({.units = 2, .name = "head"}));
  // x, never above 0, a hundred times x.
  Array kernel(DType::f32, {1, 1, 1, 3});
  kernel.values<float>()[0] = 1, kernel.values<float>()[1] = -1, kernel.values<float>()[2] = 100;
  model.parameters().set(model.parameters().find("maps/kernel"), kernel);
  return model;
}

TEST(FeatureMaps, AreTheLayersOutputs) {
  Model model = three_channels();
  ThreadPool pool(2);
  const Floats pictures = random_floats(18, 1, 0.5f, 1);
  const auto maps = feature_maps(model, pool, pictures, {1, 4});
  ASSERT_EQ(maps.size(), 2u);
  EXPECT_EQ(maps[0].path, "maps");
  EXPECT_EQ(maps[0].shape, (Shape{3, 3, 3}));
  ASSERT_EQ(maps[0].values.size(), 54u);
  for (size_t i = 0; i < 18; ++i) {
    EXPECT_FLOAT_EQ(maps[0].values[3 * i], pictures[i]);
    EXPECT_EQ(maps[0].values[3 * i + 1], 0);
    EXPECT_FLOAT_EQ(maps[0].values[3 * i + 2], 100 * pictures[i]);
  }
  EXPECT_EQ(maps[1].shape, (Shape{2}));
  EXPECT_EQ(maps[1].values.size(), 4u);
}

TEST(ChannelSurvey, FindsDeadAndSaturatedChannels) {
  Model model = three_channels();
  ThreadPool pool(2);
  ChannelSurvey survey(model, pool, {1, 2}, 4);
  survey.add(random_floats(9 * 9, 1, 0.5f, 1));
  survey.add(random_floats(9 * 2, 2, 0.5f, 1));
  EXPECT_EQ(survey.pictures(), 11);
  const auto activity = survey.activity();
  EXPECT_FALSE(activity[0][0].dead());
  EXPECT_TRUE(activity[0][1].dead());
  EXPECT_FALSE(activity[0][2].saturated()) << "a rectifier has no upper limit";
  EXPECT_FALSE(activity[1][0].saturated());
  EXPECT_TRUE(activity[1][1].dead()) << "0.5 everywhere";
  EXPECT_TRUE(activity[1][2].saturated()) << "sigmoid(50) and more";
  EXPECT_GT(activity[0][0].most, activity[0][0].least);
}

}  // namespace
}  // namespace fovea::explain
