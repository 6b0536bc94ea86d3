// The methods on layers small enough to be worked out by hand, and what they promise of whole nets.
#include "fovea/explain/explainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "fovea/explain/layer_choice.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/zoo/zoo.h"
#include "tests/harness/files.h"
#include "tests/harness/run_model.h"

namespace fovea::explain {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Model a_net() {
  Model model = sequential({.input_shape = {12, 12, 3}},
                           Conv2D({.filters = 6, .kernel_size = 3, .activation = ActivationKind::relu, .name = "first"}), MaxPooling2D({.name = "pool"}),
                           Conv2D({.filters = 8, .kernel_size = 2, .activation = ActivationKind::relu, .name = "second"}), Flatten(),
                           Dense({.units = 4, .activation = ActivationKind::softmax, .name = "head"}));
  randomize(model, 11);
  return model;
}

// A layer of 1x2 cells and two channels, as methods that ask no network see it.
struct ByHand {
  std::vector<float> activations = {1, 0, 2, 4};  // cell 0: 1 0, cell 1: 2 4
  std::vector<float> gradients = {1, -1, 3, 0.5f};
  Model model = a_net();
  ThreadPool pool{1};
  Network network{model, pool};
  MethodOptions options;
  Subject subject{network, options, {}, 0, 1, 0, 1, 2, 2, activations, gradients};
};

TEST(Methods, AreTheirFormulas) {
  ByHand by_hand;
  const Subject& s = by_hand.subject;
  // Weights: means 2 and -0.25.
  EXPECT_THAT(grad_cam(s).values, ElementsAre(2, 2 * 2 - 0.25f * 4));
  EXPECT_THAT(layer_cam(s).values, ElementsAre(1, 3 * 2 + 0.5f * 4));
  EXPECT_THAT(hires_cam(s).values, ElementsAre(1, 3 * 2 + 0.5f * 4));
  // Weights: (1·1 + 3·2) / 3 and 0.5·4 / 4.
  EXPECT_THAT(xgrad_cam(s).values, testing::Pointwise(testing::FloatNear(1e-5f), std::vector<float>{7 / 3.f, 2 * 7 / 3.f + 4 * 0.5f}));
  // Weights: Σ max(g, 0) · g² / (2 g² + Σa · g³).
  const float w0 = 1.f / (2 + 3) + 3.f * 9 / (2 * 9 + 3 * 27), w1 = 0.5f * 0.25f / (2 * 0.25f + 4 * 0.125f);
  EXPECT_THAT(grad_cam_plus_plus(s).values, testing::Pointwise(testing::FloatNear(1e-4f), std::vector<float>{w0, 2 * w0 + 4 * w1}));
  // Centred cells are (-0.5, -2) and (0.5, 2): their length along their own direction.
  const float length = std::sqrt(0.25f + 4);
  const std::vector<float> common = eigen_cam(s).values;
  EXPECT_NEAR(std::abs(common[0]), length, 1e-5);
  EXPECT_NEAR(common[0], -common[1], 1e-5);
}

TEST(Explainer, GivesNothingBelowZeroInClassActivationMaps) {
  Model model = a_net();
  const Floats pictures = random_floats(5 * 12 * 12 * 3, 1, 0, 1);
  Explainer explainer(model, {.layer = "first", .threads = 2});
  for (const Method& method : methods()) {
    const auto explanations = explainer.explain(method, pictures);
    ASSERT_EQ(explanations.size(), 5u) << method.name;
    for (const Explanation& each : explanations) {
      EXPECT_EQ(each.map.height, method.family == Family::cam ? 10 : 12) << method.name;
      for (const float x : each.map.values) {
        EXPECT_TRUE(std::isfinite(x)) << method.name;
        EXPECT_TRUE(x >= 0 || method.family == Family::attribution) << method.name;
      }
    }
  }
}

TEST(Explainer, TakesTheLikeliestClassAndTheLastLayerOfMaps) {
  Model model = a_net();
  const Floats picture = random_floats(12 * 12 * 3, 2, 0, 1);
  const Explanation usual = explain(model, picture, "grad-cam");
  const Floats probabilities = run_model(model, {.batch = 1}, picture).output;
  EXPECT_EQ(usual.class_index, std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
  EXPECT_NEAR(usual.probability, probabilities[static_cast<size_t>(usual.class_index)], 1e-6);
  EXPECT_EQ(usual.map.values, explain(model, picture, "grad-cam", {.layer = "second", .class_index = usual.class_index}).map.values);
  EXPECT_EQ(usual.map.values, grad_cam(model, picture).values);
}

TEST(Explainer, ExplainsAPictureAlikeAloneAndAmongOthers) {
  Model model = a_net();
  const Floats pictures = random_floats(7 * 12 * 12 * 3, 3, 0, 1);
  Explainer many(model, {.batch = 3}), one(model, {.batch = 1});
  const auto together = many.explain(method_of("grad-cam", "method"), pictures);
  for (size_t i = 0; i < 7; ++i) {
    const auto alone = one.explain(method_of("grad-cam", "method"), std::span(pictures).subspan(i * 432, 432));
    EXPECT_EQ(alone[0].class_index, together[i].class_index);
    EXPECT_THAT(alone[0].map.values, testing::Pointwise(testing::FloatNear(1e-5f), together[i].map.values));
  }
}

TEST(Explainer, ReachesIntoNestedModels) {
  Model model(zoo::graph("basic", {.picture_shape = {32, 32, 3}, .classes = 10}), 1);
  Graph outer("outer");
  int last = outer.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = {32, 32, 3}}), {});
  last = outer.add_nested(model.graph(), "inside", last).front();
  outer.add(std::make_shared<Dense>(DenseOptions{.units = 3, .activation = ActivationKind::softmax}), {last});
  Model nested(std::move(outer), 1);
  const Floats picture = random_floats(32 * 32 * 3, 4, 0, 1);
  EXPECT_EQ(explain(nested, picture, "grad-cam", {.layer = "inside/conv2d_1"}).map.height, 13);
  EXPECT_EQ(nested.graph().node(last_spatial_layer(nested.graph())).layer->name(), "inside/conv2d_2");
}

TEST(IntegratedGradients, AddUpToTheDifferenceOfTheScores) {
  Model model = a_net();
  const Floats picture = random_floats(12 * 12 * 3, 5, 0, 1);
  Explainer explainer(model);
  for (int c = 0; c < 4; ++c) {
    const std::vector<int> of = {c};
    const Explanation explanation = explainer.explain(method_of("integrated-gradients", "method"), picture, of)[0];
    const double sum = std::accumulate(explanation.map.values.begin(), explanation.map.values.end(), 0.0);
    const double difference = explanation.value - explainer.network().values(Floats(picture.size()), of)[0];
    EXPECT_NEAR(sum, difference, 0.01 * std::abs(difference)) << c;
  }
}

TEST(Occlusion, IsWhatAPatchTakesAway) {
  // A sum of all pixels: a patch takes away what it covers.
  Model model = sequential({.input_shape = {4, 6, 1}}, Flatten(), Dense({.units = 2, .name = "sum"}));
  Array ones(DType::f32, {24, 2});
  for (float& x : ones.values<float>()) x = 1;
  model.parameters().set(model.parameters().find("sum/kernel"), ones);
  Floats picture(24);
  picture[0] = 8;
  ThreadPool pool(1);
  Network network(model, pool);
  const MethodOptions options = {.patch = 2, .stride = 2};
  const std::vector<int> first = {0};
  const Subject subject = {network, options, picture, 0, network.values(picture, first)[0], 0, 0, 0, 0, {}, {}};
  const Map map = occlusion(subject);
  EXPECT_NEAR(map.at(0, 0), 8, 1e-5);
  EXPECT_NEAR(map.at(1, 1), 8, 1e-5);
  EXPECT_NEAR(map.at(0, 2), 0, 1e-5);
  EXPECT_NEAR(map.at(3, 5), 0, 1e-5);
}

TEST(SmoothGrad, IsAFunctionOfTheSeed) {
  Model model = a_net();
  const Floats picture = random_floats(12 * 12 * 3, 6, 0, 1);
  const auto map = [&](uint64_t seed) { return explain(model, picture, "smoothgrad", {.method = {.samples = 5, .seed = seed}}).map.values; };
  EXPECT_EQ(map(1), map(1));
  EXPECT_NE(map(1), map(2));
}

TEST(LayerChoice, NamesWhatCannotBeExplained) {
  Model model = a_net();
  const Graph& graph = model.graph();
  EXPECT_EQ(graph.node(last_spatial_layer(graph)).layer->name(), "second");
  EXPECT_THAT(refusal([&] { spatial_layer(graph, "head", "--layer"); }, ErrorKind::usage),
              HasSubstr("--layer: layer \"head\" has no rows and columns (got shape (4,), expected a layer of maps; the last is \"second\")"));
  EXPECT_THAT(refusal([&] { spatial_layer(graph, "secnd", "--layer"); }, ErrorKind::usage), HasSubstr("second"));
  EXPECT_THAT(refusal([&] { method_of("gradcam", "--method"); }, ErrorKind::usage), HasSubstr("did you mean \"grad-cam\""));
  EXPECT_THAT(refusal([&] { Explainer(model, {.class_index = 4}); }, ErrorKind::usage), HasSubstr("class: there is no such class (got 4, expected 0 to 3)"));
  Explainer explainer(model);
  EXPECT_THAT(refusal([&] { explainer.explain(methods()[0], Floats(100)); }, ErrorKind::usage), HasSubstr("no whole pictures"));
}

TEST(LayerChoice, FindsConvolutionsAndPoolings) {
  const Model model = a_net();
  std::vector<std::string> names;
  for (const int node : map_layers(model.graph())) names.push_back(model.graph().node(node).layer->name());
  EXPECT_THAT(names, ElementsAre("first", "pool", "second"));
}

}  // namespace
}  // namespace fovea::explain
