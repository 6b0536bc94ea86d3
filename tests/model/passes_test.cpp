// Each pass on small graphs: what it does, and that it changes no numbers.
#include <gtest/gtest.h>

#include "fovea/layers/group_normalization.h"
#include "fovea/layers/separable_conv2d.h"
#include "tests/model/nets.h"

namespace fovea {
namespace {

constexpr int64_t kBatch = 7;

const std::vector<std::string> kOptional = {"drop identities", "fuse activation and loss", "fold normalisation",
                                            "fuse relu",       "drop dead layers",      "choose scopes"};

PlanOptions plan_options(bool gradients, bool loss) {
  PlanOptions options = {.batch = kBatch,
                         .lanes = 2,
                         .tile = 2,
                         .training = gradients,
                         .gradients = gradients,
                         .input_gradient = gradients};
  if (loss) options.loss = PlanOptions::Loss{};
  return options;
}

// With all passes, without each of them, and without any: the same numbers.
void expect_no_pass_matters(Model model, bool loss) {
  const Floats pictures = pictures_for(model, kBatch), diff = loss ? Floats{} : diff_for(model, kBatch);
  for (const bool gradients : {false, true}) {
    PlanOptions options = plan_options(gradients, loss);
    // Training moves statistics: every run starts from the same numbers.
    const auto run = [&] {
      randomize(model, 5);
      return run_model(model, options, pictures, gradients ? diff : Floats{});
    };
    const ModelRun all = run();
    for (const std::string& pass : kOptional) {
      options.disabled_passes = {pass};
      expect_same(run(), all, 1e-5, "without " + pass);
    }
    options.disabled_passes = kOptional;
    expect_same(run(), all, 1e-5, "without any");
  }
}

TEST(Passes, ChangeNoNumbersOfAClassifier) {
  Net net({9, 8, 3});
  net.add(Conv2D({.filters = 8, .kernel_size = 3, .activation = ActivationKind::relu}));
  net.add(MaxPooling2D());
  net.add(BatchNormalization());
  net.add(Activation(ActivationKind::linear));
  net.add(Conv2D({.filters = 5, .kernel_size = 2}));
  net.add(BatchNormalization());
  net.add(Activation(ActivationKind::relu));
  net.add(Dropout(0.3f));
  net.add(Flatten());
  net.add(Dense({.units = 6, .activation = ActivationKind::tanh}));
  net.add(Dense({.units = 4, .activation = ActivationKind::softmax}));
  expect_no_pass_matters(std::move(net).model(), true);
}

TEST(Passes, ChangeNoNumbersOfConvolutionsInTwoParts) {
  const auto separable = [] {
    return SeparableConv2D({.filters = 8, .kernel_size = 3, .padding = Padding::same, .activation = ActivationKind::relu});
  };
  Net net({8, 8, 3});
  net.add(separable());
  net.add(BatchNormalization());
  const int first = net.add(separable());
  net.add(GroupNormalization({.groups = 2}));
  net.add(Activation(ActivationKind::relu));
  net.add(Add(), {first, net.add(separable())});
  net.add(GlobalAveragePooling2D());
  expect_no_pass_matters(std::move(net).model(), false);
}

TEST(Passes, ChangeNoNumbersOfABranchedNet) {
  Net net({6, 6, 5});
  const int a = net.add(Conv2D({.filters = 8, .kernel_size = 3, .padding = Padding::same}));
  const int relu = net.add(Activation(ActivationKind::relu));
  const int b = net.add(BatchNormalization(), {a});
  const int sum = net.add(Add(), {relu, b});
  const int relu_2 = net.add(Activation(ActivationKind::relu));
  const int pool = net.add(MaxPooling2D({.pool_size = 3, .strides = 1, .padding = Padding::same}), {relu_2});
  net.add(Concatenate(), {sum, pool, relu});
  net.add(GlobalAveragePooling2D());
  expect_no_pass_matters(std::move(net).model(), false);
}

TEST(Passes, ChangeNoNumbersWhereAMaximumIsRectifiedBeforeIt) {
  Net net({8, 8, 3});
  net.add(Conv2D({.filters = 8, .kernel_size = 3, .activation = ActivationKind::relu}));
  net.add(MaxPooling2D({.pool_size = 2}));
  net.add(Conv2D({.filters = 8, .kernel_size = 1, .activation = ActivationKind::relu}));
  net.add(MaxPooling2D({.pool_size = 2, .strides = 1}));
  expect_no_pass_matters(std::move(net).model(), false);
}

// ---- what each pass does

std::vector<std::string> step_names(const ModelRun& run) {
  std::vector<std::string> names;
  for (const StepInfo& step : run.steps) names.push_back(step.name);
  return names;
}

Model conv_and_relu(ActivationKind fused, bool second_reader) {
  Net net({6, 6, 3});
  const int conv = net.add(Conv2D({.filters = 8, .kernel_size = 3, .activation = fused}));
  const int last = fused == ActivationKind::linear ? net.add(Activation(ActivationKind::relu)) : conv;
  if (second_reader) net.add(Add(), {conv, last});
  return std::move(net).model();
}

TEST(Passes, FuseAnActivationIntoTheLayerBeforeIt) {
  for (const ActivationKind kind : {ActivationKind::linear, ActivationKind::relu}) {
    Model model = conv_and_relu(kind, false);
    const ModelRun run = run_model(model, {.batch = 2, .lanes = 1}, pictures_for(model, 2));
    EXPECT_TRUE(run.has_step("conv+relu"));
    EXPECT_FALSE(run.has_step("relu"));
  }
}

TEST(Passes, FuseNoActivationWhereItsInputIsReadElsewhere) {
  Model model = conv_and_relu(ActivationKind::linear, true);
  const ModelRun run = run_model(model, {.batch = 2, .lanes = 1}, pictures_for(model, 2));
  EXPECT_TRUE(run.has_step("relu"));
}

TEST(Passes, FuseNoActivationWhereItsInputIsAskedFor) {
  Model model = conv_and_relu(ActivationKind::linear, false);
  const ModelRun run = run_model(model, {.batch = 2, .lanes = 1, .outputs = {1}}, pictures_for(model, 2));
  EXPECT_TRUE(run.has_step("relu"));
  EXPECT_LT(*std::min_element(run.outputs[0].begin(), run.outputs[0].end()), 0);
}

TEST(Passes, DropDropoutInInferenceAlone) {
  Net net({40});
  net.add(Dropout(0.5f));
  net.add(Dense({.units = 3}));
  Model model = std::move(net).model();
  EXPECT_FALSE(run_model(model, {.batch = 2, .lanes = 1}, pictures_for(model, 2)).has_step("dropout"));
  EXPECT_TRUE(run_model(model, {.batch = 2, .lanes = 1, .training = true}, pictures_for(model, 2)).has_step("dropout"));
}

TEST(Passes, FuseSoftmaxAndCrossEntropy) {
  Net net({10});
  net.add(Dense({.units = 3, .activation = ActivationKind::softmax}));
  Model model = std::move(net).model();
  const PlanOptions options = {.batch = 4, .lanes = 1, .loss = PlanOptions::Loss{}};
  const ModelRun run = run_model(model, options, pictures_for(model, 4));
  EXPECT_FALSE(run.has_step("softmax"));
  // The output is that of a model without a loss all the same, also where somebody asks for the layer's output.
  PlanOptions asking = options;
  asking.outputs = {1};
  const ModelRun plain = run_model(model, {.batch = 4, .lanes = 1}, pictures_for(model, 4));
  const ModelRun asked = run_model(model, asking, pictures_for(model, 4));
  EXPECT_LE(golden_difference(run.output, plain.output), 1e-6);
  EXPECT_LE(golden_difference(asked.outputs[0], plain.output), 1e-6);
  EXPECT_LE(golden_difference(asked.losses, run.losses), 1e-6);
}

TEST(Passes, DropLayersThatLeadNowhere) {
  Net net({6, 6, 3});
  const int conv = net.add(Conv2D({.filters = 8, .kernel_size = 3}));
  const int dead = net.add(MaxPooling2D(), {conv});
  net.add(Activation(ActivationKind::tanh), {conv});
  Model model = std::move(net).model();
  EXPECT_FALSE(run_model(model, {.batch = 2, .lanes = 1}, pictures_for(model, 2)).has_step("max pool"));
  EXPECT_TRUE(
      run_model(model, {.batch = 2, .lanes = 1, .outputs = {dead}}, pictures_for(model, 2)).has_step("max pool"));
}

TEST(Passes, RunDenseLayersOnceALane) {
  Net net({4, 4, 8});
  net.add(MaxPooling2D());
  net.add(Flatten());
  net.add(Dense({.units = 5}));
  net.add(Activation(ActivationKind::tanh));
  Model model = std::move(net).model();
  PlanOptions options = {.batch = 6, .lanes = 1, .tile = 2};
  const auto rows = [&](const std::string& name) {
    const ModelRun run = run_model(model, options, pictures_for(model, 6));
    for (const StepInfo& step : run.steps)
      if (step.name == name) return step.rows;
    ADD_FAILURE() << "no step " << name << " among " << testing::PrintToString(step_names(run));
    return int64_t{0};
  };
  EXPECT_EQ(rows("max pool"), 2);
  EXPECT_EQ(rows("dense"), 6);
  EXPECT_EQ(rows("tanh"), 6);
}

}  // namespace
}  // namespace fovea
