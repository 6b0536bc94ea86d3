// The graph that a plan is made from: a copy of a model's graph that passes rewrite.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fovea/kernels/losses.h"
#include "fovea/model/graph.h"
#include "fovea/model/parameters.h"
#include "fovea/model/plan.h"

namespace fovea {

struct PlanNode {
  LayerPtr layer;
  std::vector<int> inputs;
  std::vector<Shape> input_shapes;
  Shape shape;
  std::vector<int> parameters;  // places in Parameters, in the layer's order
  uint32_t stream = 0;          // of random numbers
  std::optional<bool> training = {};  // fixed in the layer's call
  Scope scope = Scope::tile;
  bool fused_relu = false;
  float relu_limit = std::numeric_limits<float>::infinity();  // the largest value that it lets through
  bool removed = false;
  // Inference: values that replace the parameters', in Keras's order (a normalisation was folded into them).
  std::vector<std::vector<float>> folded;
};

struct PlanGraph {
  std::vector<PlanNode> nodes;
  std::vector<int> value_of;  // model node -> the node whose output is that layer's output
  int output = 0;             // the model's output
  int logits = -1;            // the input of the activation that the loss does itself, else -1
  std::vector<int> kept;      // model nodes whose outputs are asked for
  std::vector<int> gradients;  // model nodes at whose outputs the gradient is asked for

  std::vector<int> consumers(int node) const;
  bool reads_only(int node, int reader) const;  // nobody but the reader has anything of the node
  bool is_kept(int node) const;  // the model's output, or some layer's that is asked for or the gradient at it
  bool asks_gradient(int node) const;
  // Makes every reader of `from` read `to`, and `from` go away.
  void replace(int from, int to);
  // What leads to no output that is asked for goes.
  void drop_dead();
};

// What passes know of the plan to come.
struct PassContext {
  const Parameters& parameters;
  bool training = false;    // batch statistics, dropout
  bool gradients = false;
  bool scores = false;      // PlanOptions::scores
  kernels::FusedActivation loss = kernels::FusedActivation::none;  // that the loss does itself where it is the last layer
};

struct Pass {
  const char* name;
  void (*run)(PlanGraph& graph, const PassContext& context);
};

// In the order they run.
const std::vector<Pass>& passes();

// Between which layers, what stands behind them, what is asked for, and whether it is what the model does while it trains,
// is as the options say.
PlanGraph plan_graph(const Graph& graph, const Parameters& parameters, const PlanOptions& options);

// Runs every pass but those in `disabled`, verifying after each.
void run_passes(PlanGraph& graph, const PassContext& context, const std::vector<std::string>& disabled = {});

// Asserts what every pass must leave true: inputs come first and are not removed, shapes are what the layers say, scopes
// and outputs exist. Returns what is wrong, or an empty text.
std::string verify(const PlanGraph& graph);

}  // namespace fovea
