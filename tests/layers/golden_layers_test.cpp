// Every layer against real Keras: tests/golden/layers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "fovea/layers/registry.h"
#include "tests/harness/files.h"
#include "tests/harness/golden.h"
#include "tests/harness/run_layer.h"

namespace fovea {
namespace {

Shape without_batch(const Shape& shape) {
  Shape picture;
  for (int axis = 1; axis < shape.rank(); ++axis) picture.push_back(shape[axis]);
  return picture;
}

std::shared_ptr<Layer> layer_of(const Golden& golden) {
  const Json& json = golden.json().at("layer");
  return make_layer(json.at("class_name").get<std::string>(), json.at("config"), golden.name());
}

LayerCase case_of(const Golden& golden) {
  LayerCase test;
  test.layer = layer_of(golden);
  test.training = golden.json().at("training").get<bool>();
  for (size_t i = 0; i < golden.json().at("input_shapes").size(); ++i) {
    const std::string name = "input_" + std::to_string(i);
    test.batch = golden.shape(name)[0];
    test.shapes.push_back(without_batch(golden.shape(name)));
    test.inputs.push_back(golden.floats(name));
  }
  for (const Json& name : golden.json().at("weights"))
    test.weights.push_back(golden.floats("weight/" + name.get<std::string>()));
  test.diff_output = golden.floats("diff_output");
  return test;
}

void expect_as_keras(const Golden& golden, const LayerCase& test, const LayerRunOptions& options) {
  SCOPED_TRACE(golden.name() + ": " + to_string(options));
  const LayerResult got = run_layer(test, options);
  EXPECT_EQ(got.shape, without_batch(golden.shape("output")));
  golden.expect("output", got.output);
  if (test.diff_output.empty()) return;
  for (size_t i = 0; i < test.inputs.size(); ++i) golden.expect("diff_input_" + std::to_string(i), got.diff_inputs[i]);
  const auto specs = test.layer->parameters(test.shapes);
  ASSERT_EQ(golden.json().at("weights").size(), specs.size());
  for (size_t p = 0; p < specs.size(); ++p) {
    EXPECT_EQ(golden.json().at("weights")[p].get<std::string>(), specs[p].name);
    const std::string diff = "diff_weight/" + specs[p].name, updated = "updated/" + specs[p].name;
    EXPECT_EQ(golden.has(diff), !got.diff_weights[p].empty()) << diff;
    if (golden.has(diff)) golden.expect(diff, got.diff_weights[p]);
    if (golden.has(updated))
      golden.expect(updated, got.weights[p]);
    else
      EXPECT_EQ(got.weights[p], test.weights[p]) << specs[p].name << " stays as it is";
  }
}

// What Keras can do and these layers refuse, and how they say so.
const std::map<std::string, std::string> kRefused = {
    {"group_normalization_axis_1",
     "group_normalization_axis_1: axis must be the last one, the channels (got 1, expected -1 or 3)"},
    {"softmax_axis_1", "softmax_axis_1: axis must be the last one (got 1, expected -1 or 3)"}};

class GoldenLayer : public testing::TestWithParam<std::string> {};

TEST_P(GoldenLayer, AgreesWithKeras) {
  const Golden golden("layers", GetParam());
  if (const auto refused = kRefused.find(golden.name()); refused != kRefused.end()) {
    EXPECT_THAT(refusal([&] { run_layer(case_of(golden)); }, ErrorKind::usage), testing::EndsWith(refused->second));
    return;
  }
  LayerCase test = case_of(golden);
  for (const LayerRunOptions& options :
       {LayerRunOptions{}, LayerRunOptions{.lanes = 2, .tile = 1}, LayerRunOptions{.block = 8},
        LayerRunOptions{.lanes = 3, .tile = 2, .block = 16}})
    expect_as_keras(golden, test, options);
  if (test.training) return;
  test.diff_output.clear();  // a plan for forward alone
  expect_as_keras(golden, test, {});
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenLayer, testing::ValuesIn(golden_names("layers")),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace fovea
