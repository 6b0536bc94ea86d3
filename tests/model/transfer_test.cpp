// A new head on a base, and the front of a model that nothing changes while it trains.
#include "fovea/model/transfer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/global_max_pooling2d.h"
#include "fovea/layers/max_pooling2d.h"
#include "fovea/layers/random_flip.h"
#include "fovea/layers/softmax.h"
#include "fovea/model/freeze.h"
#include "fovea/model/front.h"
#include "fovea/model/functional.h"
#include "fovea/layers/add.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::HasSubstr;

Conv2D conv(const std::string& name) { return Conv2D({.filters = 8, .kernel_size = 3, .padding = Padding::same, .name = name}); }

Model classifier() {
  return sequential({.name = "small", .input_shape = {8, 8, 3}, .seed = 3}, conv("first"), BatchNormalization({.name = "norm"}),
                    MaxPooling2D({.name = "pool"}), conv("second"), Flatten({.name = "flatten"}), Dense({.units = 16, .name = "hidden"}),
                    Dense({.units = 5, .activation = ActivationKind::softmax, .name = "classes"}));
}

std::string name_of(const Graph& graph, int node) { return graph.node(node).layer->name(); }

TEST(Transfer, PutsAHeadOnTheBaseAndKeepsItsWeights) {
  const Model whole = classifier();
  const Array kernel = whole.parameters().get(whole.parameters().find("second/kernel"));
  const Model base = without_top(classifier());
  EXPECT_EQ(base.graph().output_shape(), (Shape{4, 4, 8}));
  const Model model = transfer(base, {.head = "gap,dense:7,dropout:0.25,dense:6:tanh", .classes = 3, .seed = 1});
  EXPECT_EQ(model.classes(), 3);
  std::vector<std::string> names;
  for (int n = 1; n < model.graph().size(); ++n) names.push_back(name_of(model.graph(), n));
  EXPECT_THAT(names, testing::IsSupersetOf({"small/first", "small/second", "global_average_pooling2d", "dense", "dropout", "dense_1", "dense_2"}));
  const Array copied = model.parameters().get(model.parameters().find("small/second/kernel"));
  EXPECT_TRUE(std::ranges::equal(copied.values<float>(), kernel.values<float>()));
  EXPECT_EQ(model.graph().node(model.graph().find("dense_1")).layer->options()["activation"], "tanh");
}

TEST(Transfer, RefusesHeadsThatCannotBe) {
  const Model base = without_top(classifier());
  const auto refused = [&](const std::string& head) {
    return refusal([&] { transfer(base, {.head = head, .classes = 3}); }, ErrorKind::usage);
  };
  EXPECT_THAT(refused("gap,dens:7"), HasSubstr("there is no such layer (got \"dens:7\", expected gap, gmp, flatten"));
  EXPECT_THAT(refused("gap,dense:many"), HasSubstr("has no number behind the colon (got \"dense:many\")"));
  EXPECT_THAT(refused("gap,dropout"), HasSubstr("has no number"));
  EXPECT_THAT(refused("dense:7"), HasSubstr("must make one row of numbers of the base's maps (got (4, 4, 7)"));
  EXPECT_THAT(refused("gap,,bn"), HasSubstr("got \"\""));
  Model chain = sequential({.input_shape = {4}}, Dense({.units = 2}));
  EXPECT_THAT(refusal([&] { without_top(std::move(chain)); }, ErrorKind::usage), HasSubstr("has no base"));
}

TEST(WithoutTop, RefusesToCutAModelInsideTheModel) {
  const auto net = [](const Model& inner) {
    const SymbolicTensor x = input({.shape = {8, 8, 3}});
    return functional(x, Softmax()(nested(inner, x)), {.name = "net"});
  };
  const Model inner = sequential({.name = "inner", .input_shape = {8, 8, 3}}, conv("a"), Flatten(), Dense({.units = 5}));
  EXPECT_EQ(refusal([&] { without_top(net(inner)); }, ErrorKind::usage),
            "net: the base cannot end in the midst of a model inside it (got inner/a, expected an output of inner)");
  const SymbolicTensor x = input({.shape = {8, 8, 3}});
  const SymbolicTensor maps = nested(sequential({.name = "maps", .input_shape = {8, 8, 3}}, conv("a")), x);
  const Model outer = functional(x, Dense({.units = 5})(Flatten()(maps)), {.name = "outer"});
  EXPECT_THAT(refusal([&] { without_top(net(outer)); }, ErrorKind::usage),
              HasSubstr("(got outer/maps/a, expected an output of outer)"));
}

TEST(WithoutTop, TakesModelsInsideTheModelAsAWhole) {
  const SymbolicTensor x = input({.shape = {8, 8, 3}});
  const SymbolicTensor maps = nested(sequential({.name = "maps", .input_shape = {8, 8, 3}}, conv("a")), x);
  const Model top = sequential({.name = "top", .input_shape = {8, 8, 8}}, Flatten(), Dense({.units = 5}));
  const Model base = without_top(functional(x, nested(top, maps)));
  EXPECT_EQ(name_of(base.graph(), base.graph().output()), "maps/a");
  ASSERT_EQ(base.graph().nested().size(), 1u);
  EXPECT_EQ(base.graph().nested(0).path, "maps");
}

TEST(FrozenFront, EndsWhereSomethingTrains) {
  Model model = transfer(without_top(classifier()), {.head = "gap,dense:4", .classes = 3});
  EXPECT_EQ(model.graph().node(frozen_front(model.graph())).layer->type(), "InputLayer");
  freeze(model, "base", "test");
  EXPECT_EQ(name_of(model.graph(), frozen_front(model.graph())), "global_average_pooling2d");
  unfreeze(model, "second", "test");
  EXPECT_EQ(name_of(model.graph(), frozen_front(model.graph())), "small/pool");
  unfreeze(model, "norm", "test");
  EXPECT_EQ(name_of(model.graph(), frozen_front(model.graph())), "small/first");
}

TEST(FrozenFront, EndsBeforeWhatIsRandom) {
  Model model = sequential({.input_shape = {8, 8, 3}}, conv("first"), Dropout(DropoutOptions{.rate = 0.5f, .name = "drop"}), conv("second"),
                           Flatten(), Dense({.units = 2, .activation = ActivationKind::softmax, .name = "classes"}));
  freeze(model, "*", "test");
  unfreeze(model, "classes", "test");
  EXPECT_EQ(name_of(model.graph(), frozen_front(model.graph())), "first");
  Model flipped = sequential({.input_shape = {8, 8, 3}}, RandomFlip(), conv("first"), Flatten(), Dense({.units = 2}));
  freeze(flipped, "first", "test");
  EXPECT_EQ(frozen_front(flipped.graph()), 0);
}

// A shortcut around a layer that trains: the front ends before both.
TEST(FrozenFront, HasOneWayOut) {
  const SymbolicTensor x = input({.shape = {8, 8, 3}});
  const SymbolicTensor stem = conv("stem")(x), left = conv("left")(stem), right = conv("right")(stem);
  Model model = functional(x, Dense({.units = 2, .activation = ActivationKind::softmax, .name = "classes"})(Flatten()(Add()(left, right))));
  freeze(model, "stem", "test");
  freeze(model, "left", "test");
  EXPECT_EQ(name_of(model.graph(), frozen_front(model.graph())), "stem");
}

// A model that is trained by means of maps and predicts by their largest values.
TEST(FrozenFront, EndsBeforeWhatIsPredictedToo) {
  Graph graph;
  graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = {8, 8, 3}}), {});
  const int stem = graph.add(std::make_shared<Conv2D>(conv("stem")), {0});
  const int mean = graph.add(std::make_shared<GlobalAveragePooling2D>(), {stem});
  const int trained = graph.add(std::make_shared<Dense>(DenseOptions{.units = 2}), {mean});
  const int largest = graph.add(std::make_shared<GlobalMaxPooling2D>(), {stem});
  const int predicted = graph.call(trained, {largest});
  graph.set_output(predicted);
  graph.set_training_output(trained);
  graph.node(stem).layer->set_trainable(false);
  EXPECT_EQ(frozen_front(graph), stem);
}

}  // namespace
}  // namespace fovea
