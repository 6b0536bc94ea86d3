#include "fovea/model/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "fovea/io/architecture.h"
#include "fovea/layers/activation.h"
#include "fovea/layers/add.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/flatten.h"
#include "fovea/model/plan_builder.h"
#include "fovea/model/text_table.h"
#include "fovea/zoo/zoo.h"
#include "tests/harness/files.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string golden_path(const std::string& name) { return source_tree("tests/golden/" + name); }

Model model_of(const Json& architecture, const std::string& name) {
  return Model(read_architecture(architecture, name));
}

// Printed texts end in one line break or two.
std::string trimmed(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

class KerasSummary : public testing::TestWithParam<const char*> {};

TEST_P(KerasSummary, IsKerasToTheCharacter) {
  const std::string name = GetParam(), path = golden_path("summary/" + name + ".json");
  const Model model = model_of(parse_json(read_file(path), path), path);
  // After a fit with Adam: two numbers for each weight, the step and the learning rate.
  const int64_t state = name == "after_a_fit" ? 2 * 122'570 + 2 : 0;
  const int full = model.graph().sequential() ? 88 : 108;
  const auto golden = [&](const std::string& kind) {
    return trimmed(read_file(golden_path("summary/" + name + kind)));
  };
  EXPECT_EQ(trimmed(summary_table(model, {.optimizer_parameters = state})), golden(".txt"));
  EXPECT_EQ(trimmed(summary_table(model, {.columns = 200, .optimizer_parameters = state})),
            golden("." + std::to_string(full) + ".txt"));
  EXPECT_EQ(trimmed(summary_table(model, {.columns = 200, .show_trainable = true, .optimizer_parameters = state})),
            golden(".trainable.txt"));
}

INSTANTIATE_TEST_SUITE_P(, KerasSummary,
                         testing::Values("basic", "max_pool", "avg_pool", "global_avg_pool", "advanced", "ensemble_1",
                                         "ensemble_2", "ensemble_3", "branches", "long_names", "frozen_front",
                                         "after_a_fit"),
                         [](const auto& test) { return std::string(test.param); });

TEST(Summary, IsKerasOnNarrowTerminalsToo) {
  for (const char* name : {"keras_3_sequential", "keras_3_residual", "keras_3_chain", "keras_3_operator"}) {
    const std::string path = golden_path("architectures/") + name + ".json";
    const Json golden = parse_json(read_file(path), path);
    const Model model = model_of(golden["architecture"], name);
    for (const auto& [columns, text] : golden["summary"].items())
      EXPECT_EQ(trimmed(summary_table(model, {.columns = std::stoi(columns)})), trimmed(text.get<std::string>()))
          << name;
  }
}

TEST(Summary, EndsWithTheCost) {
  Model model = zoo::make("basic");
  const std::string text = summary_text(model);
  EXPECT_THAT(text, StartsWith(summary_table(model)));
  EXPECT_THAT(text, HasSubstr("\n Forward: 9.10 MFLOP a picture; a training step: 25.74 MFLOP a picture\n"));
  EXPECT_THAT(text, HasSubstr(" Memory of a training step: "));
}

TEST(Summary, CountsFlopsByHand) {
  Model model =
      sequential({.input_shape = {4, 4, 2}}, Conv2D({.filters = 3, .kernel_size = 3}), Flatten(), Dense({.units = 5}));
  const double conv = 2.0 * 2 * 2 * 3 * (3 * 3 * 2), dense = 2.0 * 12 * 5;
  ModelCost cost = cost_of(model);
  EXPECT_EQ(cost.forward_flops, conv + dense);
  EXPECT_EQ(cost.training_flops, 2 * conv + 3 * dense);  // nothing asks for the gradient of the pictures
  // A frozen front is not gone back through.
  model.graph().node(1).layer->set_trainable(false);
  cost = cost_of(model);
  EXPECT_EQ(cost.training_flops, conv + 2 * dense);
}

TEST(Summary, CountsMemoryOfAStep) {
  Model model = zoo::make("basic");
  const ModelCost cost = cost_of(model);
  EXPECT_GE(cost.weights, 4u * 122'570);
  EXPECT_EQ(cost.optimizer, 2 * cost.weights);
  EXPECT_GE(cost.gradients, 4u * 122'570);
  // The first convolution's output alone, of the 8 pictures of a tile.
  EXPECT_GE(cost.activations, 8u * 30 * 30 * 32 * 4);
  EXPECT_GT(cost.training_bytes(), cost.activations + cost.weights);
  EXPECT_LT(cost.training_bytes(), 256u << 20);
  EXPECT_GT(cost_of(model, 64).activations, cost.activations);
}

TEST(Summary, JsonHasEveryLayerAndTheTotals) {
  Model model = zoo::make("advanced");
  const Json json = summary_json(model);
  EXPECT_EQ(json["name"], "advanced");
  EXPECT_EQ(json["parameters"], 737'834);
  EXPECT_EQ(json["trainable_parameters"], 736'362);
  EXPECT_EQ(json["non_trainable_parameters"], 1'472);
  ASSERT_EQ(json["layers"].size(), 19u);
  EXPECT_EQ(json["layers"][0]["class"], "InputLayer");
  const Json& conv = json["layers"][1];
  EXPECT_EQ(conv["name"], "conv2d");
  EXPECT_EQ(conv["output_shape"].dump(), "[null,30,30,32]");
  EXPECT_EQ(conv["parameters"], 896);
  EXPECT_EQ(conv["flops"], 2.0 * 30 * 30 * 32 * 27);
  EXPECT_EQ(conv["connected_to"].dump(), R"(["input_layer"])");
  double flops = 0;
  size_t bytes = 0;
  for (const Json& layer : json["layers"]) flops += layer["flops"].get<double>();
  for (const Json& part : json["memory"]) bytes += part.get<size_t>();
  EXPECT_EQ(json["flops"], flops);
  EXPECT_EQ(json["training_bytes"], bytes);
}

Model branches() {
  Graph graph("two \"ways\"");
  const int input = graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = {4}}), {});
  const int a = graph.add(std::make_shared<Dense>(DenseOptions{.units = 4, .name = "a\\b"}), {input});
  graph.add(std::make_shared<Add>(), {a, input});
  return Model(std::move(graph));
}

TEST(Summary, DotHasANodeALayerAndAnEdgeAnInput) {
  EXPECT_EQ(summary_dot(branches()),
            "digraph \"two \\\"ways\\\"\" {\n"
            "  node [shape=box, fontname=\"sans-serif\"];\n"
            "  \"input_layer\" [label=\"input_layer\\nInputLayer (None, 4)\"];\n"
            "  \"a\\\\b\" [label=\"a\\\\b\\nDense (None, 4)\\n20 parameters\"];\n"
            "  \"input_layer\" -> \"a\\\\b\";\n"
            "  \"add\" [label=\"add\\nAdd (None, 4)\"];\n"
            "  \"a\\\\b\" -> \"add\";\n"
            "  \"input_layer\" -> \"add\";\n"
            "}\n");
}

TEST(Summary, OfAnyModelWhateverItsEndIsMade) {
  Model branched = branches();
  EXPECT_THAT(summary_text(branched), HasSubstr("Connected to"));
  Model maps = sequential({.input_shape = {8, 8, 1}}, Conv2D({.filters = 2, .kernel_size = 3}));
  EXPECT_THAT(summary_text(maps), HasSubstr("(None, 6, 6, 2)"));
  Model plain = sequential({.input_shape = {3}}, Activation(ActivationKind::relu));
  EXPECT_THAT(summary_text(plain), HasSubstr(" Total params: 0 (0.00 B)\n"));
}

TEST(Summary, SizesAreWrittenAsKerasDoes) {
  EXPECT_EQ(readable_size(0), "0.00 B");
  EXPECT_EQ(readable_size(1023), "1023.00 B");
  EXPECT_EQ(readable_size(122'570 * 4), "478.79 KB");
  EXPECT_EQ(readable_size(138'357'544.0 * 4), "527.79 MB");
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1'000), "1,000");
  EXPECT_EQ(with_commas(138'357'544), "138,357,544");
}

TEST(PlanText, ShowsEveryStepAndWhySegmentsEnd) {
  Model model = zoo::make("advanced");
  PlanOptions options = {.batch = 40, .lanes = 2, .training = true, .gradients = true};
  options.loss = PlanOptions::Loss{};
  const auto plan = make_plan(model.graph(), model.parameters(), options);
  const std::string text = plan_text(*plan);
  EXPECT_THAT(text, StartsWith("Batch of 40: 2 lanes of 20 20 pictures, tiles of 10 10 10 10\n"));
  for (const std::string& reason : plan->segment_reasons) EXPECT_THAT(text, HasSubstr("  ends: " + reason + "\n"));
  const auto lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  EXPECT_GE(lines, plan->steps.size() + 2 * plan->segment_reasons.size() + 3);
  for (const StepInfo& step : plan->steps) {
    EXPECT_THAT(text, HasSubstr(step.name));
    EXPECT_THAT(text, HasSubstr(step.implementation));
  }
  EXPECT_THAT(text, testing::Not(HasSubstr(" \n")));
}

TEST(TextTable, WrapsAtSpacesAndCutsLongWords) {
  EXPECT_THAT(wrap_text("one two three", 7, false), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap_text("abcdefgh ij", 5, false), ElementsAre("abcd…", "ij"));
  EXPECT_THAT(wrap_text("abcdefgh ij", 5, true), ElementsAre("abcde", "fgh ", "ij"));
  EXPECT_THAT(wrap_text("", 5, false), ElementsAre(""));
  EXPECT_THAT(wrap_text("äöüäöü", 4, false), ElementsAre("äöü…"));
  EXPECT_EQ(text_width("ä層é"), 4);
}

TEST(TextTable, IsAsWideAsAskedFor) {
  const std::vector<TextColumn> columns = {
      {"name", TextColumn::left, 8}, {"n", TextColumn::right, 6}, {"x", TextColumn::center, 6}};
  EXPECT_EQ(text_table(columns, {{"a", "12", "Y"}, {"層", "3", "-"}}, 20),
            "┏━━━━━━━┳━━━━┳━━━━━┓\n"
            "┃ name  ┃  n ┃  x  ┃\n"
            "┡━━━━━━━╇━━━━╇━━━━━┩\n"
            "│ a     │ 12 │  Y  │\n"
            "├───────┼────┼─────┤\n"
            "│ 層    │  3 │  -  │\n"
            "└───────┴────┴─────┘\n");
}

}  // namespace
}  // namespace fovea
