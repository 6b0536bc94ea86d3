// What the network says, and its derivatives, against differences of what it says.
#include "fovea/explain/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fovea/layers/activation.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/max_pooling2d.h"
#include "tests/harness/run_model.h"

namespace fovea::explain {
namespace {

constexpr int64_t kSide = 9, kPicture = kSide * kSide * 3;

Model small_net(ActivationKind last, int64_t units = 4) {
  Model model = sequential({.input_shape = {kSide, kSide, 3}},
                           Conv2D({.filters = 5, .kernel_size = 3, .activation = ActivationKind::tanh, .name = "first"}),
                           BatchNormalization({.name = "norm"}), MaxPooling2D({.name = "pool"}),
                           Conv2D({.filters = 6, .kernel_size = 2, .activation = ActivationKind::relu, .name = "second"}),
                           Dropout({.rate = 0.5f}), Flatten(), Dense({.units = units, .activation = last, .name = "head"}));
  randomize(model, 3);
  return model;
}

double softmax_of(const std::vector<double>& scores, size_t at) {
  double sum = 0;
  for (const double s : scores) sum += std::exp(s - scores[at]);
  return 1 / sum;
}

TEST(Network, SaysScoresBeforeSoftmaxAndProbabilitiesBehindIt) {
  Model model = small_net(ActivationKind::softmax);
  ThreadPool pool(2);
  Network network(model, pool);
  const Floats pictures = random_floats(3 * kPicture, 1, 0, 1);
  const std::vector<float> probabilities = network.probabilities(pictures);
  std::vector<std::vector<double>> scores(3);
  for (int c = 0; c < 4; ++c) {
    const std::vector<double> values = network.values(pictures, std::vector<int>(3, c));
    for (size_t i = 0; i < 3; ++i) scores[i].push_back(values[i]);
  }
  Network likely(model, pool, {.target = Target::probability});
  for (size_t i = 0; i < 3; ++i)
    for (size_t c = 0; c < 4; ++c) {
      EXPECT_NEAR(softmax_of(scores[i], c), probabilities[4 * i + c], 1e-5);
      EXPECT_NEAR(likely.values(std::span(pictures).subspan(i * kPicture, kPicture), std::vector<int>{static_cast<int>(c)})[0],
                  probabilities[4 * i + c], 1e-6);
    }
}

TEST(Network, TakesOneOutputForTwoClasses) {
  Model model = small_net(ActivationKind::sigmoid, 1);
  ThreadPool pool(1);
  Network network(model, pool);
  const Floats picture = random_floats(kPicture, 2, 0, 1);
  const double against = network.values(picture, std::vector<int>{0})[0], in_favour = network.values(picture, std::vector<int>{1})[0];
  EXPECT_DOUBLE_EQ(against, -in_favour);
  EXPECT_NEAR(network.probabilities(picture)[1], 1 / (1 + std::exp(-in_favour)), 1e-6);
  const auto up = network.input_gradients(picture, std::vector<int>{1}), down = network.input_gradients(picture, std::vector<int>{0});
  for (size_t i = 0; i < up.size(); ++i) EXPECT_EQ(up[i], -down[i]);
}

// Of a smooth function the derivative is what central differences say.
class NetworkGradient : public testing::TestWithParam<Target> {};

TEST_P(NetworkGradient, IsTheDerivativeByThePicture) {
  Model model = small_net(ActivationKind::softmax);
  ThreadPool pool(2);
  Network network(model, pool, {.target = GetParam()});
  const Floats picture = random_floats(kPicture, 4, 0, 1);
  const std::vector<int> of = {2};
  const std::vector<float> gradient = network.input_gradients(picture, of);
  constexpr float kStep = 2e-2f;
  double wrong = 0, size = 0;
  for (size_t i = 0; i < picture.size(); i += 7) {
    Floats more = picture, less = picture;
    more[i] += kStep;
    less[i] -= kStep;
    const double difference = (network.values(more, of)[0] - network.values(less, of)[0]) / (2 * static_cast<double>(kStep));
    wrong += std::abs(difference - static_cast<double>(gradient[i]));
    size += std::abs(difference);
  }
  EXPECT_LT(wrong, 0.05 * size);
  EXPECT_GT(size, 0);
}

INSTANTIATE_TEST_SUITE_P(OfBothTargets, NetworkGradient, testing::Values(Target::score, Target::probability));

TEST(Network, GivesALayersOutputAndTheDerivativeByIt) {
  // Behind the layer there is a mean and a product: the derivative is the weight by the number of cells.
  Model model = sequential({.input_shape = {6, 6, 3}}, Conv2D({.filters = 4, .kernel_size = 3, .activation = ActivationKind::relu, .name = "maps"}),
                           GlobalAveragePooling2D(), Dense({.units = 3, .activation = ActivationKind::softmax, .name = "head"}));
  randomize(model, 5);
  ThreadPool pool(1);
  Network network(model, pool);
  const Floats pictures = random_floats(2 * 6 * 6 * 3, 6);
  const int node = model.graph().find("maps");
  const Network::LayerView view = network.layer(node, pictures, std::vector<int>{1, 2});
  EXPECT_EQ(view.activations, network.activations(node, pictures));
  const Array head = model.parameters().get(model.parameters().find("head/kernel"));
  for (size_t i = 0; i < 2; ++i)
    for (size_t cell = 0; cell < 16; ++cell)
      for (size_t c = 0; c < 4; ++c)
        EXPECT_NEAR(view.gradients[(i * 16 + cell) * 4 + c], head.values<float>()[c * 3 + i + 1] / 16, 1e-6);
  EXPECT_NEAR(view.values[0], network.values(pictures, std::vector<int>{1, 2})[0], 1e-5);
}

TEST(Network, TurnsChannelsOff) {
  Model model = sequential({.input_shape = {6, 6, 3}}, Conv2D({.filters = 4, .kernel_size = 3, .activation = ActivationKind::relu, .name = "maps"}),
                           GlobalAveragePooling2D(), Dense({.units = 3, .activation = ActivationKind::softmax, .name = "head"}));
  randomize(model, 5);
  ThreadPool pool(1);
  // Fewer pictures at a time than there are channels.
  Network network(model, pool, {.batch = 3});
  const Floats picture = random_floats(6 * 6 * 3, 7);
  const int node = model.graph().find("maps");
  const std::vector<float> maps = network.activations(node, picture);
  const double whole = network.values(picture, std::vector<int>{1})[0];
  const Array head = model.parameters().get(model.parameters().find("head/kernel"));
  const auto [same, without] = network.ablation(node, picture, 1);
  EXPECT_NEAR(same, whole, 1e-5);
  ASSERT_EQ(without.size(), 4u);
  for (size_t c = 0; c < 4; ++c) {
    double mean = 0;
    for (size_t cell = 0; cell < 16; ++cell) mean += maps[cell * 4 + c] / 16.0;
    EXPECT_NEAR(without[c], whole - mean * static_cast<double>(head.values<float>()[c * 3 + 1]), 1e-5) << c;
  }
}

TEST(Network, CutsGradientsBehindRectifiersWhenGuided) {
  // One ReLU on its own: a negative derivative does not come through it, a positive one does.
  Model model = sequential({.input_shape = {1, 1, 2}}, Activation({.activation = ActivationKind::relu, .name = "relu"}), Flatten(),
                           Dense({.units = 2, .name = "head"}));
  Array kernel(DType::f32, {2, 2});
  kernel.values<float>()[0] = 3, kernel.values<float>()[2] = -5;  // to class 0: 3 a - 5 b
  model.parameters().set(model.parameters().find("head/kernel"), kernel);
  ThreadPool pool(1);
  Network network(model, pool);
  const Floats picture = {0.5f, 0.5f};
  const std::vector<int> first = {0};
  EXPECT_THAT(network.input_gradients(picture, first), testing::ElementsAre(3, -5));
  EXPECT_THAT(network.input_gradients(picture, first, true), testing::ElementsAre(3, 0));
  EXPECT_THAT(network.input_gradients(Floats{-1, 1}, first, true), testing::ElementsAre(0, 0));
}

TEST(Network, GivesTheSameBitsForAnyNumberOfThreads) {
  Model model = small_net(ActivationKind::softmax);
  const Floats pictures = random_floats(13 * kPicture, 8, 0, 1);
  const std::vector<int> classes(13, 1);
  const int node = model.graph().find("second");
  ThreadPool one(1), three(3);
  Network alone(model, one, {.lanes = 2}), together(model, three, {.lanes = 2});
  EXPECT_EQ(alone.layer(node, pictures, classes).gradients, together.layer(node, pictures, classes).gradients);
  EXPECT_EQ(alone.input_gradients(pictures, classes), together.input_gradients(pictures, classes));
}

}  // namespace
}  // namespace fovea::explain
