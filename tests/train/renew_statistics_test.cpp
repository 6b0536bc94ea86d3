#include "fovea/train/renew_statistics.h"

#include <gtest/gtest.h>

#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/train/examples.h"

namespace fovea {
namespace {

ArrayExamples numbers() {
  Array pictures(DType::f32, {40, 1, 1, 2});
  std::vector<int32_t> labels;
  for (size_t i = 0; i < 40; ++i) {
    pictures.values<float>()[2 * i] = static_cast<float>(i % 4);           // mean 1.5, variance 1.25
    pictures.values<float>()[2 * i + 1] = 10 + static_cast<float>(i % 2);  // mean 10.5, variance 0.25
    labels.push_back(static_cast<int32_t>(i % 3));
  }
  return ArrayExamples(std::move(pictures), std::move(labels), 3);
}

Model net(bool normalised) {
  return normalised ? sequential({.input_shape = {1, 1, 2}}, BatchNormalization({.name = "norm"}), Flatten(), Dense({.units = 3, .activation = ActivationKind::softmax, .name = "head"}))
                    : sequential({.input_shape = {1, 1, 2}}, Flatten(), Dense({.units = 3, .activation = ActivationKind::softmax, .name = "head"}));
}

TEST(RenewStatistics, MakesThemThoseOfTheExamplesAndLeavesWeights) {
  Model model = net(true);
  const auto values = [&](const char* name) { return model.parameters().get(model.parameters().find(name)); };
  const Array before = values("head/kernel");
  EXPECT_GE(renew_statistics(model, numbers(), {.batch_size = 20, .threads = 1}), 688);
  EXPECT_NEAR(values("norm/moving_mean").values<float>()[0], 1.5, 0.02);
  EXPECT_NEAR(values("norm/moving_mean").values<float>()[1], 10.5, 0.02);
  EXPECT_NEAR(values("norm/moving_variance").values<float>()[0], 1.25, 0.05);
  EXPECT_NEAR(values("norm/moving_variance").values<float>()[1], 0.25, 0.02);
  const Array after = values("head/kernel");
  EXPECT_EQ(std::vector<float>(before.values<float>().begin(), before.values<float>().end()),
            std::vector<float>(after.values<float>().begin(), after.values<float>().end()));
}

TEST(RenewStatistics, DoesNothingWithoutThem) {
  Model model = net(false);
  EXPECT_EQ(renew_statistics(model, numbers()), 0);
}

}  // namespace
}  // namespace fovea
