// Outputs and gradients of layers on request: what a model cut at that layer gives.
#include <gtest/gtest.h>

#include "tests/harness/files.h"
#include "tests/model/nets.h"

namespace fovea {
namespace {

constexpr int64_t kBatch = 5;

// Layers 1 … 8 behind the input; the numbers of layer i are those of any net that has it at that place.
template <class N>
void add_layers(N& net, int first, int last) {
  const auto place = [&](int layer) { return first <= layer && layer <= last; };
  if (place(1)) net.add(Conv2D({.filters = 8, .kernel_size = 3, .activation = ActivationKind::relu, .name = "a"}));
  if (place(2)) net.add(BatchNormalization({.name = "b"}));
  if (place(3)) net.add(MaxPooling2D({.name = "c"}));
  if (place(4)) net.add(Dropout(DropoutOptions{.rate = 0.5f, .name = "d"}));
  if (place(5)) net.add(Conv2D({.filters = 6, .kernel_size = 2, .name = "e"}));
  if (place(6)) net.add(Activation(ActivationOptions{.activation = ActivationKind::relu, .name = "f"}));
  if (place(7)) net.add(Flatten({.name = "g"}));
  if (place(8)) net.add(Dense({.units = 4, .activation = ActivationKind::softmax, .name = "h"}));
}
constexpr int kLayers = 8;

Model layers(const Shape& shape, int first, int last) {
  Net net(shape);
  add_layers(net, first, last);
  return std::move(net).model();
}

// Gives a cut model the numbers of the whole one.
void take_weights(Model& cut, const Model& whole) {
  for (int p = 0; p < cut.parameters().size(); ++p)
    cut.parameters().set(p, whole.parameters().get(whole.parameters().find(cut.parameters()[p].path)));
}

const Shape kInput = {9, 8, 3};

TEST(AskedFor, AnyLayersOutputIsThatOfAModelCutThere) {
  Model whole = layers(kInput, 1, kLayers);
  const Floats pictures = pictures_for(whole, kBatch);
  for (int layer = 0; layer <= kLayers; ++layer) {
    const ModelRun run = run_model(whole, {.batch = kBatch, .lanes = 2, .tile = 2, .outputs = {layer}}, pictures);
    if (layer == 0) {
      EXPECT_EQ(run.outputs[0], pictures);
      continue;
    }
    Model cut = layers(kInput, 1, layer);
    take_weights(cut, whole);
    const ModelRun end = run_model(cut, {.batch = kBatch, .lanes = 2, .tile = 2}, pictures);
    ASSERT_EQ(run.outputs[0].size(), end.output.size());
    EXPECT_LE(golden_difference(run.outputs[0], end.output), 1e-5) << "layer " << layer;
  }
}

TEST(AskedFor, AllOutputsAtOnceAreTheSame) {
  Model whole = layers(kInput, 1, kLayers);
  const Floats pictures = pictures_for(whole, kBatch);
  const ModelRun all = run_model(whole, {.batch = kBatch, .lanes = 2, .tile = 2, .outputs = {8, 1, 5, 3}}, pictures);
  size_t i = 0;
  for (const int layer : {8, 1, 5, 3}) {
    const ModelRun one = run_model(whole, {.batch = kBatch, .lanes = 2, .tile = 2, .outputs = {layer}}, pictures);
    EXPECT_LE(golden_difference(all.outputs[i++], one.outputs[0]), 1e-5) << "layer " << layer;
  }
  EXPECT_EQ(all.outputs[0], all.output);
}

TEST(AskedFor, AnyLayersGradientIsThatOfTheModelBehindIt) {
  Model whole = layers(kInput, 1, kLayers);
  const Floats pictures = pictures_for(whole, kBatch), diff = diff_for(whole, kBatch);
  for (int layer = 0; layer < kLayers; ++layer) {
    PlanOptions options = {.batch = kBatch,
                           .lanes = 2,
                           .tile = 2,
                           .gradients = true,
                           .weight_gradients = false,
                           .outputs = {layer},
                           .output_gradients = {layer}};
    const ModelRun run = run_model(whole, options, pictures, diff);
    for (const Floats& gradient : run.diff_weights)
      EXPECT_TRUE(gradient.empty()) << "nobody asked for weights' gradients";
    Model tail = layers(whole.graph().node(layer).shape, layer + 1, kLayers);
    take_weights(tail, whole);
    const ModelRun end =
        run_model(tail, {.batch = kBatch, .lanes = 2, .tile = 2, .gradients = true, .input_gradient = true},
                  run.outputs[0], diff);
    ASSERT_EQ(run.gradients[0].size(), end.gradients[0].size());
    EXPECT_LE(golden_difference(run.gradients[0], end.gradients[0]), 1e-5) << "layer " << layer;
    options.outputs.clear();
    const ModelRun gradient_alone = run_model(whole, options, pictures, diff);
    EXPECT_LE(golden_difference(gradient_alone.gradients[0], end.gradients[0]), 1e-5) << "layer " << layer;
  }
}

// Two means of maps of 2x2, one behind a layer that does nothing here.
TEST(AskedFor, AGradientInABranchIsThatOfItsReadersAlone) {
  const auto check = [](auto nothing) {
    Net net({4, 4, 3});
    const int maps = net.add(Conv2D({.filters = 2, .kernel_size = 3}));
    const int branch = net.add(std::move(nothing), {maps});
    const int left = net.add(GlobalAveragePooling2D()), right = net.add(GlobalAveragePooling2D(), {maps});
    net.add(Concatenate(), {left, right});
    Model model = std::move(net).model();
    const PlanOptions options = {.batch = 1, .lanes = 1, .gradients = true, .output_gradients = {branch, maps}};
    const ModelRun run = run_model(model, options, pictures_for(model, 1), {4, 8, 100, 200});
    EXPECT_EQ(run.gradients[0], Floats({1, 2, 1, 2, 1, 2, 1, 2}));
    EXPECT_EQ(run.gradients[1], Floats({26, 52, 26, 52, 26, 52, 26, 52}));
  };
  check(Dropout(0.5f));
  check(Activation(ActivationKind::linear));
}

// loss = -ln(p / Σp) of the target's p, and Σp = 1.
TEST(AskedFor, AGradientAtTheLastActivationIsThatOfTheLoss) {
  constexpr size_t kClasses = 3;
  Net net({10});
  const int last = net.add(Dense({.units = kClasses, .activation = ActivationKind::softmax}));
  Model model = std::move(net).model();
  PlanOptions options = {.batch = kBatch, .lanes = 1, .gradients = true, .output_gradients = {last}};
  options.loss = PlanOptions::Loss{};
  const ModelRun run = run_model(model, options, pictures_for(model, kBatch));
  for (size_t i = 0; i < run.output.size(); ++i) {
    const bool target = i / kClasses % kClasses == i % kClasses;
    EXPECT_NEAR(run.gradients[0][i], (1 - (target ? 1 / run.output[i] : 0)) / kBatch, 1e-5);
  }
}

TEST(AskedFor, AGradientBehindTheOutputIsWhatArrivesThere) {
  Model whole = layers(kInput, 1, 6);
  const Floats diff = diff_for(whole, kBatch);
  const ModelRun run = run_model(whole, {.batch = kBatch, .lanes = 1, .gradients = true, .output_gradients = {6}},
                                 pictures_for(whole, kBatch), diff);
  EXPECT_EQ(run.gradients[0], diff);
}

TEST(AskedFor, AGradientWhereNoneArrivesIsRefused) {
  Net net({4, 4, 3});
  const int side = net.add(Conv2D({.filters = 2, .kernel_size = 3, .name = "side"}));
  net.add(Flatten(), {0});
  Model model = std::move(net).model();
  EXPECT_EQ(refusal(
                [&] {
                  run_model(model, {.batch = 1, .lanes = 1, .gradients = true, .output_gradients = {side}},
                            pictures_for(model, 1), diff_for(model, 1));
                },
                ErrorKind::usage),
            "side: no gradient reaches this layer's output");
}

}  // namespace
}  // namespace fovea
