#include "fovea/model/plan_graph.h"

#include <algorithm>
#include <cmath>

#include "fovea/base/random.h"
#include "fovea/layers/input.h"

namespace fovea {

namespace {

// The output of `first` comes from the feed. What comes before goes, and so does what else reads that: it leads to no
// output that is asked for.
void begin_at(PlanGraph& plan, int first) {
  for (int i = 0; i < first; ++i) plan.nodes[static_cast<size_t>(i)].removed = true;
  PlanNode& node = plan.nodes[static_cast<size_t>(first)];
  auto input = std::make_shared<InputLayer>(InputLayerOptions{.shape = node.shape});
  input->set_name(node.layer->name());
  PlanNode feed;
  feed.layer = std::move(input);
  feed.shape = node.shape;
  node = std::move(feed);
  plan.drop_dead();
}

// Whether a node's output is that of one of these layers.
bool is_one_of(const PlanGraph& plan, const std::vector<int>& layers, int node) {
  return std::any_of(layers.begin(), layers.end(),
                     [&](int layer) { return plan.value_of[static_cast<size_t>(layer)] == node; });
}

}  // namespace

PlanGraph plan_graph(const Graph& graph, const Parameters& parameters, const PlanOptions& options) {
  PlanGraph plan;
  std::vector<int> read(static_cast<size_t>(graph.size()));  // model node -> what its readers read
  const auto add = [&](PlanNode node) {
    plan.nodes.push_back(std::move(node));
    return static_cast<int>(plan.nodes.size()) - 1;
  };
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    PlanNode copy;
    copy.layer = node.layer;
    for (const int input : node.inputs) copy.inputs.push_back(read[static_cast<size_t>(input)]);
    copy.input_shapes = node.input_shapes;
    copy.shape = node.shape;
    copy.parameters = parameters.of_node(i);
    copy.training = node.training;
    copy.stream = purpose::kLayer + static_cast<uint32_t>(i);
    int& last = read[static_cast<size_t>(i)] = add(std::move(copy));
    plan.value_of.push_back(last);
    for (const auto& [at, layer] : options.behind) {
      if (at != i) continue;
      PlanNode behind;
      behind.layer = layer;
      behind.inputs = {last};
      behind.input_shapes = {node.shape};
      behind.shape = layer->infer(behind.input_shapes);
      last = add(std::move(behind));
    }
  }
  const int output = options.last.value_or(options.training ? graph.training_output() : graph.output());
  plan.output = read[static_cast<size_t>(output)];
  plan.kept = options.outputs;
  plan.gradients = options.output_gradients;
  if (options.input_gradient) plan.gradients.push_back(0);
  if (options.first > 0) begin_at(plan, plan.value_of[static_cast<size_t>(options.first)]);
  return plan;
}

std::vector<int> PlanGraph::consumers(int node) const {
  std::vector<int> found;
  for (size_t i = 0; i < nodes.size(); ++i)
    if (!nodes[i].removed && std::count(nodes[i].inputs.begin(), nodes[i].inputs.end(), node) > 0)
      found.push_back(static_cast<int>(i));
  return found;
}

bool PlanGraph::reads_only(int node, int reader) const {
  return !is_kept(node) && consumers(node) == std::vector<int>{reader};
}

bool PlanGraph::is_kept(int node) const {
  return node == output || is_one_of(*this, kept, node) || asks_gradient(node);
}

bool PlanGraph::asks_gradient(int node) const { return is_one_of(*this, gradients, node); }

void PlanGraph::replace(int from, int to) {
  for (PlanNode& node : nodes) std::replace(node.inputs.begin(), node.inputs.end(), from, to);
  std::replace(value_of.begin(), value_of.end(), from, to);
  if (output == from) output = to;
  nodes[static_cast<size_t>(from)].removed = true;
}

void PlanGraph::drop_dead() {
  for (int i = static_cast<int>(nodes.size()) - 1; i > 0; --i) {
    PlanNode& node = nodes[static_cast<size_t>(i)];
    node.removed = node.removed || (consumers(i).empty() && !is_kept(i) && i != logits);
  }
}

std::string verify(const PlanGraph& graph) {
  const auto exists = [&](int node) {
    return node >= 0 && node < static_cast<int>(graph.nodes.size()) && !graph.nodes[static_cast<size_t>(node)].removed;
  };
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const PlanNode& node = graph.nodes[i];
    if (node.removed) continue;
    const std::string& name = node.layer->name();
    if (node.inputs.size() != node.input_shapes.size()) return name + ": inputs and their shapes differ in number";
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      if (!exists(node.inputs[k])) return name + ": reads a layer that is not there";
      if (node.inputs[k] >= static_cast<int>(i)) return name + ": reads a layer that comes after it";
      if (!(graph.nodes[static_cast<size_t>(node.inputs[k])].shape == node.input_shapes[k]))
        return name + ": expects another shape than its input has";
    }
    if (!(node.layer->infer(node.input_shapes) == node.shape)) return name + ": has another shape than its layer says";
    const size_t numbers = node.folded.empty() ? node.parameters.size() : node.folded.size();
    if (node.layer->parameters(node.input_shapes).size() != numbers)
      return name + ": has another number of parameters than its layer says";
    if (node.fused_relu && !node.layer->fuses_relu()) return name + ": cannot apply max(0, ·) itself";
    if (std::isfinite(node.relu_limit) && !(node.fused_relu && node.layer->fuses_relu6())) return name + ": cannot apply min(6, ·) itself";
  }
  if (!exists(graph.output)) return "the output is not there";
  if (graph.logits >= 0 && !exists(graph.logits)) return "the logits are not there";
  for (int kept : graph.kept)
    if (!exists(graph.value_of[static_cast<size_t>(kept)])) return "an output that is asked for is not there";
  return "";
}

}  // namespace fovea
