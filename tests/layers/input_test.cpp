#include "fovea/layers/input.h"

#include <gtest/gtest.h>

#include "fovea/layers/registry.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

std::shared_ptr<Layer> input_of(const Json& shape) {
  return make_layer("InputLayer", {{"name", "pictures"}, {"batch_shape", shape}}, "model");
}

TEST(InputLayer, HasTheShapeThatItsConfigSays) {
  const auto layer = input_of({nullptr, 28, 28, 1});
  EXPECT_EQ(layer->infer({}), Shape({28, 28, 1}));
  EXPECT_EQ(layer->config(), Json({{"name", "pictures"}, {"trainable", true}, {"batch_shape", {nullptr, 28, 28, 1}}}));
}

TEST(InputLayer, RefusesShapesThatAreNone) {
  const auto refused = [](const Json& shape) { return refusal([&] { input_of(shape); }, ErrorKind::usage); };
  const std::string where = "model: pictures: batch_shape: ";
  EXPECT_EQ(refused({nullptr, nullptr, 3}), where + "cannot be (got [null,null,3], expected sizes that are known)");
  EXPECT_EQ(refused({nullptr, 0, 3}), where + "cannot be (got [null,0,3], expected sizes from 1 to 1048576)");
  EXPECT_EQ(refused("28x28"), where + "cannot be (got \"28x28\", expected a list such as [null, 32, 32, 3])");
}

// In a model inside a model it stands for what comes in.
TEST(InputLayer, TakesOneInputOfItsShape) {
  const InputLayer layer({.shape = {3}, .name = "pictures"});
  EXPECT_EQ(layer.infer(std::vector<Shape>{{3}}), Shape({3}));
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{4}}); }, ErrorKind::usage),
            "pictures: the model takes another shape than it is given (got (4,), expected (3,))");
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{3}, {3}}); }, ErrorKind::usage),
            "pictures: an input layer takes no inputs (got 2)");
}

}  // namespace
}  // namespace fovea
