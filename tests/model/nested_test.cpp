// Layers that are called more than once, and models that stand as layers.
#include <gmock/gmock.h>

#include "fovea/model/summary.h"
#include "tests/harness/files.h"
#include "tests/model/gradients.h"

namespace fovea {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::shared_ptr<Layer> input(const Shape& shape, const std::string& name = {}) {
  return std::make_shared<InputLayer>(InputLayerOptions{.shape = shape, .name = name});
}
std::shared_ptr<Layer> conv(int64_t filters, const std::string& name, int64_t kernel = 3) {
  return std::make_shared<Conv2D>(
      Conv2DOptions{.filters = filters, .kernel_size = kernel, .padding = Padding::same, .name = name});
}
Model with_numbers(Graph graph) {
  Model model(std::move(graph));
  randomize(model, 3);
  return model;
}

TEST(SharedLayers, GradientsOfBothCallsAreAdded) {
  Graph graph("net");
  const int in = graph.add(input({6, 5, 8}), {});
  const int once = graph.add(conv(8, "conv"), {in});
  const int twice = graph.call(once, {once});
  graph.add(std::make_shared<Add>(), {once, twice});
  EXPECT_EQ(graph.node(twice).owner, once);
  EXPECT_EQ(graph.node(twice).call, 1);
  EXPECT_FALSE(graph.sequential());
  expect_right_gradients(with_numbers(std::move(graph)));
}

// Kernels of the two calls want weights, and leave gradients, in layouts of their own.
TEST(SharedLayers, MayMeetPicturesOfSeveralSizes) {
  for (const int64_t kernel : {1, 3, 5}) {
    Graph graph("net");
    const int in = graph.add(input({16, 16, 3}), {});
    const int wide = graph.add(conv(16, "wide", 1), {in});
    const int once = graph.add(conv(16, "conv", kernel), {wide});
    int small = graph.add(std::make_shared<AveragePooling2D>(AveragePooling2DOptions{.pool_size = 8}), {once});
    small = graph.call(once, {small});
    small = graph.add(std::make_shared<GlobalAveragePooling2D>(), {small});
    const int large = graph.add(std::make_shared<GlobalAveragePooling2D>(), {once});
    graph.add(std::make_shared<Add>(), {small, large});
    expect_right_gradients(with_numbers(std::move(graph)));
  }
}

TEST(SharedLayers, OfFeaturesAddTheirGradientsInALane) {
  Graph graph("net");
  const int in = graph.add(input({7}), {});
  const int once = graph.add(std::make_shared<Dense>(DenseOptions{.units = 7}), {in});
  const int twice = graph.call(once, {once});
  graph.add(std::make_shared<Add>(), {twice, in});
  expect_right_gradients(with_numbers(std::move(graph)));
}

TEST(SharedLayers, HaveOneSetOfParameters) {
  Graph graph("net");
  const int in = graph.add(input({4, 4, 3}), {});
  const int once = graph.add(conv(3, "conv"), {in});
  graph.call(once, {once});
  const Model model(std::move(graph));
  EXPECT_EQ(model.parameters().size(), 2);
  EXPECT_EQ(model.parameters().of_node(1), model.parameters().of_node(2));
}

TEST(SharedLayers, RefuseAnInputThatDoesNotFitTheirParameters) {
  Graph graph("net");
  const int in = graph.add(input({4, 4, 3}), {});
  const int once = graph.add(conv(5, "conv"), {in});
  EXPECT_THAT(refusal([&] { graph.call(once, {once}); }, ErrorKind::usage), HasSubstr("conv: the layer is shared, but an input of shape"));
}

// A normalisation whose statistics are folded into the calls of a shared layer, differently behind each.
TEST(SharedLayers, AreFoldedEachCallForItself) {
  Graph graph("net");
  const int in = graph.add(input({6, 6, 8}), {});
  const int once = graph.add(conv(8, "conv"), {in});
  const int first = graph.add(std::make_shared<BatchNormalization>(), {once});
  const int twice = graph.call(once, {first});
  graph.add(std::make_shared<BatchNormalization>(), {twice});
  Model model = with_numbers(std::move(graph));
  const Floats pictures = pictures_for(model, 4);
  const ModelRun folded = run_model(model, {.batch = 4}, pictures);
  const ModelRun plain = run_model(model, {.batch = 4, .disabled_passes = {"fold normalisation"}}, pictures);
  EXPECT_FALSE(folded.has_step("norm"));
  expect_same(folded, plain, 1e-5, "folded");
}

// x -> conv -> relu -> conv, as a model of its own.
int add_base(Graph& graph, int source, const Shape& shape, const std::string& name = "base") {
  const int base = graph.enter(name, false);
  const int in = graph.add(input(shape, "in"), {source});
  const int first = graph.add(conv(8, "first"), {in});
  const int second = graph.add(conv(shape.back(), "second"), {first});
  graph.leave({second});
  return base;
}

TEST(NestedModels, LayersBearTheModelsPath) {
  Graph graph("net");
  const int in = graph.add(input({6, 6, 3}), {});
  const int outer = graph.enter("outer", true);
  const int inner_in = graph.add(input({6, 6, 3}), {in});
  add_base(graph, inner_in, {6, 6, 3});
  graph.leave({graph.size() - 1});
  graph.add(std::make_shared<GlobalAveragePooling2D>(), {graph.size() - 1});
  EXPECT_TRUE(graph.sequential());
  EXPECT_EQ(graph.find("outer/base/second"), graph.find("second"));
  EXPECT_EQ(graph.own_name(graph.find("outer/base/second")), "second");
  EXPECT_EQ(graph.nested(1).path, "outer/base");
  EXPECT_EQ(graph.nested(1).parent, outer);
  const Model model(std::move(graph));
  EXPECT_EQ(model.parameters()[0].path, "outer/base/first/kernel");
}

TEST(NestedModels, GiveTheNumbersOfTheirLayersInARow) {
  Graph nested("net"), flat("net");
  const int in = nested.add(input({6, 6, 3}), {});
  add_base(nested, in, {6, 6, 3});
  nested.add(conv(4, "last"), {nested.size() - 1});
  int last = flat.add(input({6, 6, 3}), {});
  last = flat.add(conv(8, "first"), {last});
  last = flat.add(conv(3, "second"), {last});
  flat.add(conv(4, "last"), {last});
  Model a = with_numbers(std::move(nested)), b = with_numbers(std::move(flat));
  const Floats pictures = pictures_for(a, 5), diff = diff_for(a, 5);
  const PlanOptions options = {.batch = 5, .gradients = true};
  expect_same(run_model(a, options, pictures, diff), run_model(b, options, pictures, diff), 0, "nested");
}

TEST(NestedModels, CalledTwiceShareEverything) {
  Graph graph("net");
  const int in = graph.add(input({6, 6, 3}), {});
  const int base = add_base(graph, in, {6, 6, 3});
  const int first = graph.nested(base).calls[0].outputs[0];
  const std::vector<int> second = graph.call_nested(base, first);
  ASSERT_EQ(second.size(), 1u);
  graph.add(std::make_shared<Add>(), {first, second[0]});
  EXPECT_EQ(graph.node(second[0]).owner, first);
  EXPECT_EQ(graph.reference(second[0]).layer, "base");
  EXPECT_EQ(graph.reference(second[0]).call, 1);
  EXPECT_THAT(graph.nested(base).calls, ::testing::SizeIs(2));
  expect_right_gradients(with_numbers(std::move(graph)));
}

TEST(NestedModels, InsideOneThatIsCalledTwiceAreCalledTwice) {
  Graph graph("net");
  const int in = graph.add(input({4, 4, 3}), {});
  const int outer = graph.enter("outer", false);
  const int outer_in = graph.add(input({4, 4, 3}), {in});
  const int base = add_base(graph, outer_in, {4, 4, 3});
  const int again = graph.call_nested(base, graph.size() - 1)[0];
  graph.leave({again});
  const std::vector<int> second = graph.call_nested(outer, again);
  EXPECT_THAT(graph.nested(base).calls, ::testing::SizeIs(4));
  EXPECT_EQ(graph.node(second[0]).call, 3);
  EXPECT_EQ(Model(graph).parameters().size(), 4);
}

TEST(NestedModels, ShowAsOneRowOrWithTheirLayers) {
  Graph graph("net");
  const int in = graph.add(input({6, 6, 3}), {});
  add_base(graph, in, {6, 6, 3});
  graph.add(std::make_shared<GlobalAveragePooling2D>(), {graph.size() - 1});
  const Model model(std::move(graph));
  const std::string table = summary_table(model);
  EXPECT_THAT(table, HasSubstr("base (Functional)"));
  EXPECT_THAT(table, ::testing::Not(HasSubstr("second")));
  EXPECT_THAT(summary_table(model, {.expand_nested = true}), HasSubstr("   └ second (Conv2D)"));
}

// layer(x, training=…) is stronger than what the model does.
TEST(TrainingInACall, FixesStatisticsAndDropout) {
  const auto net = [](std::optional<bool> training) {
    Graph graph("net");
    int last = graph.add(input({4, 4, 8}), {});
    last = graph.add(std::make_shared<BatchNormalization>(), {last}, training);
    graph.add(std::make_shared<Dropout>(DropoutOptions{.rate = 0.5}), {last}, training);
    return with_numbers(std::move(graph));
  };
  Model fixed = net(false), free = net({}), always = net(true);
  const Floats pictures = pictures_for(fixed, 6), diff = diff_for(fixed, 6);
  const PlanOptions inference = {.batch = 6}, training = {.batch = 6, .training = true, .gradients = true};
  const ModelRun trained = run_model(fixed, training, pictures, diff);
  EXPECT_EQ(golden_difference(trained.output, run_model(free, inference, pictures).output) < 1e-6, true);
  EXPECT_FALSE(trained.diff_weights[0].empty());  // gamma trains by fixed statistics
  EXPECT_EQ(run_model(always, inference, pictures).output, run_model(free, {.batch = 6, .training = true}, pictures).output);
}

// In every call alike, and in a copy: of what several calls around a layer fix, the innermost is for it.
TEST(TrainingInACall, OfAModelIsForLayersWhoseOwnCallsFixNothing) {
  const std::vector<std::optional<bool>> flags = {{}, false, true};
  for (const std::optional<bool> first : flags)
    for (const std::optional<bool> second : flags) {
      Graph graph("net");
      const int in = graph.add(input({4}), {});
      const int base = graph.enter("base", false, first);
      const int base_in = graph.add(input({4}), {in});
      const int fixed = graph.add(std::make_shared<Dropout>(DropoutOptions{.rate = 0.5}), {base_in}, true);
      const int free = graph.add(std::make_shared<Dropout>(DropoutOptions{.rate = 0.5}), {fixed});
      graph.leave({free});
      const int again = graph.call_nested(base, free, second)[0];
      EXPECT_EQ(graph.node(fixed).training, true);
      EXPECT_EQ(graph.node(free).training, first);
      EXPECT_EQ(graph.node(graph.node(again).inputs[0]).training, true);
      EXPECT_EQ(graph.node(again).training, second);

      Graph outer("outer");
      outer.add(input({4}), {});
      const int copied = outer.add_nested(graph, "copy", 0, false)[0];
      EXPECT_EQ(outer.node(outer.node(copied).inputs[0]).training, true);
      EXPECT_EQ(outer.node(copied).training, second.value_or(false));
      EXPECT_EQ(outer.node(outer.find("copy/base/dropout_1")).training, first.value_or(false));
    }
}

TEST(TrainingOutput, IsWhatTrainsWhereItIsAnother) {
  Graph graph("net");
  const int in = graph.add(input({8}), {});
  const int dense = graph.add(std::make_shared<Dense>(DenseOptions{.units = 3}), {in});
  const int noisy = graph.add(std::make_shared<Dropout>(DropoutOptions{.rate = 0.5}), {in});
  const int trained = graph.call(dense, {noisy});
  graph.set_output(dense);
  graph.set_training_output(trained);
  Model model = with_numbers(std::move(graph));
  const Floats pictures = pictures_for(model, 4);
  const ModelRun inference = run_model(model, {.batch = 4}, pictures);
  const ModelRun training = run_model(model, {.batch = 4, .training = true, .gradients = true}, pictures, diff_for(model, 4));
  EXPECT_FALSE(inference.has_step("dropout"));
  EXPECT_TRUE(training.has_step("dropout"));
  EXPECT_NE(inference.output, training.output);
}

}  // namespace
}  // namespace fovea
