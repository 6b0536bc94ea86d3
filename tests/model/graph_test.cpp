#include "fovea/model/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/layers/registry.h"
#include "fovea/layers/relu.h"
#include "tests/harness/files.h"
#include "tests/model/nets.h"

namespace fovea {
namespace {

Graph with_input(const Shape& shape = {8, 8, 3}) {
  Graph graph("net");
  graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = shape}), {});
  return graph;
}

std::shared_ptr<Layer> conv(const std::string& name = "") {
  return std::make_shared<Conv2D>(Conv2DOptions{.filters = 4, .kernel_size = 3, .name = name});
}

TEST(Graph, NamesLayersAsKerasDoes) {
  Graph graph = with_input();
  graph.add(conv(), {0});
  graph.add(conv(), {1});
  graph.add(std::make_shared<BatchNormalization>(), {2});
  graph.add(std::make_shared<ReLU>(), {3});
  graph.add(std::make_shared<MaxPooling2D>(), {4});
  graph.add(std::make_shared<GlobalAveragePooling2D>(), {5});
  graph.add(std::make_shared<ReLU>(), {6});
  std::vector<std::string> names;
  for (const Node& node : graph.nodes()) names.push_back(node.layer->name());
  EXPECT_THAT(names, testing::ElementsAre("input_layer", "conv2d", "conv2d_1", "batch_normalization", "re_lu",
                                          "max_pooling2d", "global_average_pooling2d", "re_lu_1"));
}

TEST(Graph, KnowsTheNameOfEveryClass) {
  EXPECT_EQ(snake_case("Dense"), "dense");
  EXPECT_EQ(snake_case("AveragePooling2D"), "average_pooling2d");
  EXPECT_EQ(snake_case("GlobalMaxPooling2D"), "global_max_pooling2d");
  EXPECT_EQ(snake_case("Conv2DTranspose"), "conv2d_transpose");
  for (const std::string& type : layer_types()) EXPECT_THAT(snake_case(type), testing::MatchesRegex("[a-z0-9_]+"));
}

TEST(Graph, SkipsNamesThatAreTaken) {
  Graph graph = with_input();
  graph.add(conv("conv2d"), {0});
  graph.add(conv(), {0});
  EXPECT_EQ(graph.node(2).layer->name(), "conv2d_1");
}

TEST(Graph, RefusesANameUsedTwice) {
  Graph graph = with_input();
  graph.add(conv("first"), {0});
  EXPECT_EQ(refusal([&] { graph.add(conv("first"), {0}); }, ErrorKind::usage),
            "net: two layers are named \"first\"; names must differ");
}

TEST(Graph, FindsLayersAndNamesNearMisses) {
  Graph graph = with_input();
  graph.add(conv("features"), {0});
  graph.add(conv(), {1});
  EXPECT_EQ(graph.find("features"), 1);
  EXPECT_EQ(refusal([&] { return graph.find("feature"); }, ErrorKind::usage),
            "net: unknown layer \"feature\"; did you mean \"features\"?");
  EXPECT_EQ(refusal([&] { return graph.find("zzzzzzzz"); }, ErrorKind::usage),
            "net: unknown layer \"zzzzzzzz\"; this model has input_layer, features, conv2d");
}

TEST(Graph, RefusesInputsThatAreNotThere) {
  Graph graph = with_input();
  EXPECT_EQ(refusal([&] { graph.add(conv("c"), {5}); }, ErrorKind::usage), "c: an input is not a layer of this model");
  EXPECT_EQ(refusal([&] { graph.add(conv("d"), {}); }, ErrorKind::usage), "d: the layer has no inputs");
  Graph empty("net");
  EXPECT_EQ(refusal([&] { empty.add(conv("e"), {0}); }, ErrorKind::usage), "e: the first layer must be an input");
}

TEST(Graph, RefusesShapesThatDoNotFit) {
  Graph graph = with_input({2, 2, 3});
  EXPECT_EQ(refusal([&] { graph.add(conv("c"), {0}); }, ErrorKind::usage),
            "c: kernel_size 3x3 is larger than the picture 2x2");
}

TEST(Graph, IsSequentialUntilItBranches) {
  Graph graph = with_input();
  const int a = graph.add(conv(), {0});
  EXPECT_TRUE(graph.sequential());
  const int b = graph.add(conv(), {0});
  EXPECT_FALSE(graph.sequential());
  graph.add(std::make_shared<Add>(), {a, b});
  EXPECT_EQ(graph.output_shape(), Shape({6, 6, 4}));
}

TEST(Registry, NamesNearMissesOfAClass) {
  EXPECT_EQ(refusal([] { make_layer("Conv2d", Json::object(), "model"); }, ErrorKind::usage),
            "model: unknown layer class \"Conv2d\"; did you mean \"Conv2D\"?");
}

TEST(Registry, RefusesOptionsItDoesNotKnow) {
  EXPECT_EQ(refusal(
                [] {
                  make_layer("Dense", {{"unit", 3}}, "model");
                },
                ErrorKind::usage),
            "model: unknown option \"unit\" (got 3); did you mean \"units\"?");
}

}  // namespace
}  // namespace fovea
