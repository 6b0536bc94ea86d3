// Functional models and models as classes, in C++.
#include "fovea/model/functional.h"

#include <gmock/gmock.h>

#include <cmath>

#include "fovea/model/summary.h"
#include "tests/harness/files.h"
#include "tests/model/gradients.h"

namespace fovea {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Conv2D conv(int64_t filters, const std::string& name = {}) {
  return Conv2D({.filters = filters, .kernel_size = 3, .padding = Padding::same, .name = name});
}

std::vector<std::string> names(const Model& model) {
  std::vector<std::string> names;
  for (const Node& node : model.graph().nodes())
    if (node.call == 0) names.push_back(node.layer->name());
  return names;
}

TEST(Functional, BranchesAndMerges) {
  const SymbolicTensor x = input({.shape = {6, 6, 3}, .name = "pictures"});
  const SymbolicTensor a = conv(4, "a")(x), b = conv(4, "b")(x);
  Model model = functional(x, Dense({.units = 2, .name = "out"})(GlobalAveragePooling2D({.name = "gap"})(Add({.name = "sum"})(a, b))),
                           {.name = "branches"});
  EXPECT_EQ(a.shape(), Shape({6, 6, 4}));
  EXPECT_THAT(names(model), ElementsAre("pictures", "a", "b", "sum", "gap", "out"));
  EXPECT_EQ(model.name(), "branches");
  randomize(model, 1);
  expect_right_gradients(std::move(model));
}

TEST(Functional, LeavesOutWhatLeadsNowhere) {
  const SymbolicTensor x = input({.shape = {6, 6, 3}, .name = "x"});
  conv(4, "unused")(x);
  const Model model = functional(x, conv(2, "used")(x));
  EXPECT_THAT(names(model), ElementsAre("x", "used"));
}

TEST(Functional, SharesLayersThatAreCalledTwiceCopiesToo) {
  const SymbolicTensor x = input({.shape = {6, 6, 4}});
  const Conv2D first = conv(4, "conv");
  const Conv2D copy = first;
  Model model = functional(x, Add()(first(x), copy(first(x))));
  EXPECT_EQ(model.parameters().size(), 2);
  randomize(model, 1);
  expect_right_gradients(std::move(model));
}

TEST(Functional, TakesModelsAsLayersWithTheirNumbers) {
  const SymbolicTensor in = input({.shape = {6, 6, 4}});
  Model base = functional(in, conv(4, "inner")(in), {.name = "base"});
  randomize(base, 9);
  const SymbolicTensor x = input({.shape = {6, 6, 4}});
  const SymbolicTensor once = nested(base, x);
  Model model = functional(x, conv(2, "head")(nested(base, once)));
  ASSERT_GE(model.parameters().find("base/inner/kernel"), 0);
  const Array kernel = model.parameters().get(model.parameters().find("base/inner/kernel"));
  EXPECT_EQ(kernel.values<float>()[5], base.parameters().get(0).values<float>()[5]);
  EXPECT_EQ(model.parameters().size(), 4);
  randomize(model, 1);
  expect_right_gradients(std::move(model));
}

TEST(Functional, TakesWhatAModelOfSeveralOutputsPredicts) {
  const SymbolicTensor in = input({.shape = {4}});
  Model base = functional(in, {Dense({.units = 2, .name = "aside"})(in), Dense({.units = 4, .name = "out"})(in)}, {.name = "base"});
  base.graph().set_output(base.graph().find("out"));
  const SymbolicTensor x = input({.shape = {4}});
  const SymbolicTensor once = nested(base, x), twice = nested(base, once);
  EXPECT_EQ(once.shape(), Shape({4}));
  EXPECT_EQ(twice.shape(), Shape({4}));
}

TEST(Functional, RefusesWhatIsNotOfOneModel) {
  const SymbolicTensor x = input({.shape = {6, 6, 4}}), y = input({.shape = {6, 6, 4}});
  EXPECT_THAT(refusal([&] { Add({.name = "sum"})(x, y); }, ErrorKind::usage), HasSubstr("sum: is called on tensors of different inputs"));
  EXPECT_THAT(refusal([&] { functional(x, conv(2)(y)); }, ErrorKind::usage), HasSubstr("does not come from this input"));
}

TEST(Functional, FixesTrainingInACall) {
  const SymbolicTensor x = input({.shape = {40}});
  Model model = functional(x, Dropout({.rate = 0.5})(x.training(true)));
  const Floats pictures = pictures_for(model, 4);
  EXPECT_NE(run_model(model, {.batch = 4}, pictures).output, pictures);
}

TEST(Functional, FixesTrainingInACallOfAModel) {
  const SymbolicTensor in = input({.shape = {40}});
  const Model base = functional(in, Dropout({.rate = 0.5, .name = "drop"})(in), {.name = "base"});
  const SymbolicTensor x = input({.shape = {40}});
  const SymbolicTensor once = nested(base, x.training(true));
  Model model = functional(x, nested(base, once.training(false)));
  const int first = model.graph().find("base/drop"), again = model.graph().output();
  EXPECT_EQ(model.graph().node(first).training, true);
  EXPECT_EQ(model.graph().node(again).training, false);
  const Floats pictures = pictures_for(model, 4);
  EXPECT_NE(run_model(model, {.batch = 4}, pictures).output, pictures);
}

// Two models that stood in one place are two; one that moves stays itself.
TEST(Functional, TellsModelsApart) {
  const SymbolicTensor x = input({.shape = {4}});
  std::optional<Model> base;
  std::vector<SymbolicTensor> branches;
  for (const char* name : {"a", "b"}) {
    base.emplace(sequential({.name = name, .input_shape = {4}}, Dense({.units = 4, .name = "dense"})));
    branches.push_back(nested(*base, x));
  }
  const Model moved = std::move(*base);
  branches.push_back(nested(moved, branches[0]));
  const Model model = functional(x, Add()(Add()(branches[0], branches[1]), branches[2]));
  EXPECT_GE(model.parameters().find("a/dense/kernel"), 0);
  EXPECT_GE(model.parameters().find("b/dense/kernel"), 0);
  EXPECT_EQ(model.parameters().size(), 4);
}

class Tutorial final : public CustomModel {
 public:
  SymbolicTensor call(const SymbolicTensor& pictures, bool training) const override {
    SymbolicTensor x = flatten_(pool_(conv_(pictures)));
    if (training) x = dropout_(x);
    return dense_(x);
  }

 private:
  Conv2D conv_{{.filters = 4, .kernel_size = 3, .name = "conv"}};
  MaxPooling2D pool_{{.name = "pool"}};
  Flatten flatten_{{.name = "flatten"}};
  Dropout dropout_{{.rate = 0.5, .name = "dropout"}};
  Dense dense_{{.units = 3, .name = "dense"}};
};

TEST(CustomModels, ThatDropInTrainingAreOneGraph) {
  Model model = build(Tutorial(), {.name = "custom", .input_shape = {8, 8, 3}});
  EXPECT_THAT(names(model), ElementsAre("input_layer", "conv", "pool", "flatten", "dropout", "dense"));
  EXPECT_EQ(model.graph().output(), model.graph().training_output());
  EXPECT_THAT(summary_table(model), HasSubstr("(None, 3, 3, 4)"));
  const Floats pictures = pictures_for(model, 4);
  EXPECT_FALSE(run_model(model, {.batch = 4}, pictures).has_step("dropout"));
  EXPECT_TRUE(run_model(model, {.batch = 4, .training = true}, pictures).has_step("dropout"));
}

// Two heads: training goes through one that inference does not have.
class TwoFaced final : public CustomModel {
 public:
  SymbolicTensor call(const SymbolicTensor& x, bool training) const override {
    return training ? dense_(wide_(x)) : dense_(narrow_(x));
  }

 private:
  Conv2D wide_ = conv(4, "wide"), narrow_ = conv(4, "narrow");
  Flatten dense_{{.name = "flatten"}};
};

TEST(CustomModels, MayDoAnotherThingInTraining) {
  Model model = build(TwoFaced(), {.name = "two", .input_shape = {4, 4, 3}});
  EXPECT_NE(model.graph().output(), model.graph().training_output());
  randomize(model, 1);
  const Floats pictures = pictures_for(model, 4);
  const ModelRun training =
      run_model(model, {.batch = 4, .training = true, .gradients = true}, pictures, diff_for(model, 4));
  const ModelRun inference = run_model(model, {.batch = 4}, pictures);
  EXPECT_NE(training.output, inference.output);
  const int wide = model.parameters().find("wide/kernel"), narrow = model.parameters().find("narrow/kernel");
  EXPECT_FALSE(training.diff_weights[static_cast<size_t>(wide)].empty());
  EXPECT_TRUE(training.diff_weights[static_cast<size_t>(narrow)].empty());
}

class Normalised final : public CustomModel {
 public:
  SymbolicTensor call(const SymbolicTensor& x, bool training) const override { return norm_(x.training(training)); }

 private:
  BatchNormalization norm_{{.epsilon = 0.5f, .name = "norm"}};
};

// A new normalisation's moving statistics are mean 0 and variance 1.
TEST(CustomModels, MayHandTheFlagOnToALayer) {
  Model model = build(Normalised(), {.name = "normalised", .input_shape = {4, 4, 3}});
  const Floats pictures = pictures_for(model, 4);
  const Floats predicted = run_model(model, {.batch = 4}, pictures).output;
  for (size_t i = 0; i < pictures.size(); ++i) EXPECT_NEAR(predicted[i], pictures[i] / std::sqrt(1.5f), 1e-5);
  EXPECT_NE(run_model(model, {.batch = 4, .training = true}, pictures).output, predicted);
}

}  // namespace
}  // namespace fovea
