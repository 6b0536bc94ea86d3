// Training stops where a number is not finite, also where a ReLU makes a NaN look like 0.
#include <gtest/gtest.h>

#include <limits>

#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/train/trainer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr int64_t kPictures = 8;

Model net() {
  const auto relu = ActivationKind::relu;
  return sequential({.input_shape = {12, 12, 3}}, Conv2D({.filters = 8, .kernel_size = {3, 3}, .activation = relu, .name = "first"}),
                    MaxPooling2D({.pool_size = {2, 2}, .name = "pool"}),
                    Conv2D({.filters = 16, .kernel_size = {3, 3}, .activation = relu, .name = "hidden"}), Flatten({.name = "flat"}),
                    Dense({.units = 12, .activation = relu, .name = "dense"}),
                    Dense({.units = 3, .activation = ActivationKind::softmax, .name = "head"}));
}

// Two steps of four pictures. The picture `bad` holds a NaN.
ArrayExamples examples(int64_t bad = -1) {
  Array pictures(DType::f32, {kPictures, 12, 12, 3});
  const auto values = pictures.values<float>();
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 101) / 101;
  if (bad >= 0) values[static_cast<size_t>(bad) * 12 * 12 * 3 + 200] = kNaN;
  return ArrayExamples(std::move(pictures), {0, 1, 2, 0, 1, 2, 0, 1}, 3);
}

std::string trained(Model& model, const ArrayExamples& from) {
  return refusal([&] { Trainer(model, {.lanes = 2}).fit(from, {.batch_size = 4, .shuffle = false}); }, ErrorKind::failed);
}

TEST(NotFinite, ANaNInAKernelIsNoticedBeforeTheFirstStepAndNamed) {
  for (const std::string layer : {"first", "hidden", "dense", "head"}) {
    Model model = net();
    const int kernel = model.parameters().find(layer + "/kernel");
    Array weights = model.parameters().get(kernel);
    weights.values<float>()[weights.values<float>().size() / 2] = kNaN;
    model.parameters().set(kernel, weights);
    const std::string message = "a weight is not finite before step 1 (got nan); the first number that is not: " + layer + "/kernel";
    EXPECT_EQ(trained(model, examples()), "training: " + message);
    EXPECT_EQ(refusal([&] { Trainer(model).train_on_batch(examples()); }, ErrorKind::failed), "training: " + message);
  }
}

TEST(NotFinite, ANaNInAPictureIsNoticedAtItsStep) {
  Model model = net();
  const std::string message = trained(model, examples(6));
  EXPECT_NE(message.find("at step 2, in epoch 1"), std::string::npos) << message;
  EXPECT_NE(message.find("not: input"), std::string::npos) << message;
}

TEST(NotFinite, NumbersThatAreFiniteTrain) {
  Model model = net();
  EXPECT_EQ(Trainer(model).fit(examples(), {.batch_size = 4}).size(), 1u);
}

}  // namespace
}  // namespace fovea
