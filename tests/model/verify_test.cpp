// The verifier sees what a pass must not leave behind.
#include <gtest/gtest.h>

#include "fovea/model/plan_builder.h"
#include "fovea/model/plan_graph.h"
#include "tests/harness/files.h"
#include "tests/model/nets.h"

namespace fovea {
namespace {

// input, conv2d, dropout, flatten, dense.
Model five_nodes() {
  Net net({6, 6, 3});
  net.add(Conv2D({.filters = 4, .kernel_size = 3}));
  net.add(Dropout(0.5f));
  net.add(Flatten());
  net.add(Dense({.units = 2}));
  return std::move(net).model();
}

template <class Damage>
std::string wrong_after(Damage damage, const std::vector<int>& kept = {}) {
  const Model model = five_nodes();
  PlanGraph graph = plan_graph(model.graph(), model.parameters(), {.training = true, .outputs = kept});
  EXPECT_EQ(verify(graph), "");
  damage(graph);
  return verify(graph);
}

TEST(Verify, SeesALayerThatReadsWhatIsGone) {
  EXPECT_EQ(wrong_after([](PlanGraph& g) { g.nodes[2].removed = true; }), "flatten: reads a layer that is not there");
}
TEST(Verify, SeesALayerThatReadsAheadOfItself) {
  EXPECT_EQ(wrong_after([](PlanGraph& g) { g.nodes[2].inputs = {3}; }), "dropout: reads a layer that comes after it");
}
TEST(Verify, SeesAShapeThatTheInputDoesNotHave) {
  EXPECT_EQ(wrong_after([](PlanGraph& g) { g.nodes[2].inputs = {0}; }),
            "dropout: expects another shape than its input has");
}
TEST(Verify, SeesAShapeThatTheLayerDoesNotGive) {
  EXPECT_EQ(wrong_after([](PlanGraph& g) { g.nodes[4].shape = {3}; }), "dense: has another shape than its layer says");
}
TEST(Verify, SeesMissingParameters) {
  EXPECT_EQ(wrong_after([](PlanGraph& g) { g.nodes[1].parameters.pop_back(); }),
            "conv2d: has another number of parameters than its layer says");
}
TEST(Verify, SeesAMaximumWithZeroWhereNobodyAppliesIt) {
  EXPECT_EQ(wrong_after([](PlanGraph& g) { g.nodes[3].fused_relu = true; }), "flatten: cannot apply max(0, ·) itself");
}
TEST(Verify, SeesAnOutputThatIsGone) {
  EXPECT_EQ(wrong_after([](PlanGraph& g) { g.nodes[4].removed = true; }), "the output is not there");
  EXPECT_EQ(wrong_after([](PlanGraph& g) { g.value_of[2] = 9; }, {2}), "an output that is asked for is not there");
}

TEST(Passes, RefuseToLeaveOutWhatIsNoPass) {
  Model model = five_nodes();
  const auto refused = [&](const std::string& pass) {
    return refusal([&] { make_plan(model.graph(), model.parameters(), {.batch = 2, .disabled_passes = {pass}}); },
                   ErrorKind::usage);
  };
  EXPECT_EQ(refused("fuse relus"),
            "passes: no pass that can be left out is called \"fuse relus\"; did you mean \"fuse relu\"?");
  // Layers are planned without their activations: this one is no choice.
  EXPECT_EQ(refused("split layers"), "passes: no pass that can be left out is called \"split layers\"");
}

}  // namespace
}  // namespace fovea
