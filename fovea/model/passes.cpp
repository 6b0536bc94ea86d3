// The passes, in the order they run. Each is a small function on the plan's graph; see plan_graph.h.
#include <algorithm>
#include <stdexcept>

#include "fovea/model/plan_graph.h"

namespace fovea {
namespace {

PlanNode& at(PlanGraph& graph, int node) { return graph.nodes[static_cast<size_t>(node)]; }

// The last node becomes its layer's parts, each behind the one before it.
void split_into_parts(std::vector<PlanNode>& nodes) {
  const std::vector<LayerPtr> parts = nodes.back().layer->parts();
  if (parts.empty()) return;
  PlanNode node = std::move(nodes.back());
  nodes.pop_back();
  auto parameter = node.parameters.begin();
  for (const LayerPtr& part : parts) {
    PlanNode own = node;
    own.layer = part;
    if (part != parts.front()) {
      own.inputs = {static_cast<int>(nodes.size()) - 1};
      own.input_shapes = {nodes.back().shape};
    }
    own.shape = part->infer(own.input_shapes);
    const auto first = parameter;
    parameter += static_cast<std::ptrdiff_t>(part->parameters(own.input_shapes).size());
    own.parameters.assign(first, parameter);
    nodes.push_back(std::move(own));
  }
}

// SeparableConv2D becomes two convolutions, Conv2D(activation="relu") a convolution and an activation, so that later
// passes know one form only.
void split_layers(PlanGraph& graph, const PassContext&) {
  PlanGraph split;
  std::vector<int> place(graph.nodes.size(), -1);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    PlanNode node = graph.nodes[i];
    for (int& input : node.inputs) input = place[static_cast<size_t>(input)];
    if (node.removed) {
      place[i] = static_cast<int>(split.nodes.size());
      split.nodes.push_back(std::move(node));
      continue;
    }
    const ActivationKind kind = node.layer->activation();
    if (kind != ActivationKind::linear) node.layer = node.layer->without_activation();
    split.nodes.push_back(node);
    split_into_parts(split.nodes);
    if (kind != ActivationKind::linear) {
      PlanNode activation;
      activation.layer = activation_layer(kind, node.layer->name());
      activation.inputs = {static_cast<int>(split.nodes.size()) - 1};
      activation.input_shapes = {node.shape};
      activation.shape = node.shape;
      split.nodes.push_back(std::move(activation));
    }
    place[i] = static_cast<int>(split.nodes.size()) - 1;
  }
  for (int& value : graph.value_of) value = place[static_cast<size_t>(value)];
  graph.output = place[static_cast<size_t>(graph.output)];
  graph.nodes = std::move(split.nodes);
}

// Layers that give their input unchanged go: linear activations and the input layers of nested models always, dropout in
// inference. One whose gradient is asked for stays where others read its input too: the gradient there is that of all.
void drop_identities(PlanGraph& graph, const PassContext& context) {
  for (int i = 1; i < static_cast<int>(graph.nodes.size()); ++i) {
    const PlanNode& node = at(graph, i);
    if (node.removed || node.inputs.empty()) continue;
    const bool linear = node.layer->is_activation() == ActivationKind::linear;
    const bool identity = linear || (!node.training.value_or(context.training) && node.layer->identity_in_inference());
    if (identity && (!graph.asks_gradient(i) || graph.reads_only(node.inputs[0], i))) graph.replace(i, node.inputs[0]);
  }
}

// Scores are what the last softmax or sigmoid is given.
void end_at_scores(PlanGraph& graph, const PassContext& context) {
  const PlanNode& last = at(graph, graph.output);
  const auto kind = last.layer->is_activation();
  if (context.scores && (kind == ActivationKind::softmax || kind == ActivationKind::sigmoid)) graph.output = last.inputs[0];
}

// Zeros around a layer's input are that layer's own padding, where it and all others that read them can do that.
void pad_in_layers(PlanGraph& graph, const PassContext&) {
  for (size_t i = 1; i < graph.nodes.size(); ++i) {
    const int padding = static_cast<int>(i);
    if (graph.nodes[i].removed || graph.is_kept(padding)) continue;
    const std::optional<Margins> margins = graph.nodes[i].layer->zero_padding();
    if (!margins) continue;
    std::vector<LayerPtr> padded;
    for (int reader : graph.consumers(padding)) padded.push_back(at(graph, reader).layer->with_padding(*margins));
    if (padded.empty() || std::find(padded.begin(), padded.end(), nullptr) != padded.end()) continue;
    auto layer = padded.begin();
    for (int reader : graph.consumers(padding)) {
      at(graph, reader).layer = *layer++;
      at(graph, reader).input_shapes = graph.nodes[i].input_shapes;
    }
    graph.replace(padding, graph.nodes[i].inputs[0]);
  }
}

// A cross-entropy works from logits where softmax (of two classes: a sigmoid) produced the output (Keras: _get_logits);
// the loss's kernel gives the probabilities too, so the activation itself goes.
void fuse_activation_and_loss(PlanGraph& graph, const PassContext& context) {
  if (context.loss == kernels::FusedActivation::none) return;
  const PlanNode& last = at(graph, graph.output);
  const bool softmax = context.loss == kernels::FusedActivation::softmax;
  if (last.layer->is_activation() != (softmax ? ActivationKind::softmax : ActivationKind::sigmoid)) return;
  if (last.shape.rank() != 1 || !graph.consumers(graph.output).empty() || graph.asks_gradient(graph.output)) return;
  const int activation = graph.output;
  graph.logits = last.inputs[0];
  // Somebody who asks for the activation's own output still gets it, beside the loss.
  for (int kept : graph.kept)
    if (graph.value_of[static_cast<size_t>(kept)] == activation) return;
  graph.replace(activation, graph.logits);
}

std::vector<std::vector<float>> values_of(const PlanNode& node, const Parameters& parameters) {
  if (!node.folded.empty()) return node.folded;
  std::vector<std::vector<float>> values;
  for (int p : node.parameters) {
    const Array array = parameters.get(p);
    const auto numbers = array.values<float>();
    values.emplace_back(numbers.begin(), numbers.end());
  }
  return values;
}

// What takes in an affine map has a bias for its shift.
std::vector<std::vector<float>> values_with_bias(PlanNode& node, const Parameters& parameters) {
  auto values = values_of(node, parameters);
  if (LayerPtr biased = node.layer->with_bias()) {
    node.layer = std::move(biased);
    values.emplace_back(static_cast<size_t>(node.shape.back()), 0.0f);
  }
  return values;
}

// Inference: a normalisation becomes part of the layer before it, if nothing stands between, or of the layer behind it,
// across layers that an affine map of channels passes unchanged. Exact in both cases; elsewhere it stays one step.
void fold_normalisation(PlanGraph& graph, const PassContext& context) {
  if (context.training || context.gradients) return;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const int norm = static_cast<int>(i);
    if (graph.nodes[i].removed || !graph.nodes[i].layer->is_channel_affine()) continue;
    if (graph.nodes[i].training.value_or(false)) continue;
    const auto map = graph.nodes[i].layer->channel_affine(values_of(graph.nodes[i], context.parameters));
    if (!map) continue;
    const int before = graph.nodes[i].inputs[0];
    PlanNode& first = at(graph, before);
    if (first.layer->folds_affine_behind() && !first.fused_relu && graph.reads_only(before, norm)) {
      auto values = values_with_bias(first, context.parameters);
      first.layer->fold_behind(*map, values, first.input_shapes);
      first.folded = std::move(values);
      graph.replace(norm, before);
      continue;
    }
    bool not_negative = true;
    for (float scale : map->scale) not_negative = not_negative && scale >= 0;
    int last = norm;
    while (true) {
      const auto readers = graph.consumers(last);
      if (readers.size() != 1 || graph.is_kept(last)) break;
      PlanNode& next = at(graph, readers[0]);
      if (next.layer->folds_affine_before()) {
        auto values = values_with_bias(next, context.parameters);
        next.layer->fold_before(*map, values, next.input_shapes);
        next.folded = std::move(values);
        graph.replace(norm, before);
        break;
      }
      if (next.training.value_or(false) && next.layer->random_in_training()) break;
      const auto commutes = next.layer->commutes_with_affine();
      if (commutes == Layer::Commutes::never || (commutes == Layer::Commutes::if_scale_not_negative && !not_negative)) break;
      last = readers[0];
    }
  }
}

// max(0, ·), or min(6, max(0, ·)), behind a layer that can apply it itself, where nobody else reads what is before it.
void fuse_relu(PlanGraph& graph, const PassContext&) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const PlanNode& node = graph.nodes[i];
    if (node.removed) continue;
    const auto kind = node.layer->is_activation();
    if (kind != ActivationKind::relu && kind != ActivationKind::relu6) continue;
    const int before = node.inputs[0];
    const Layer& layer = *at(graph, before).layer;
    if (!(kind == ActivationKind::relu ? layer.fuses_relu() : layer.fuses_relu6()) || at(graph, before).fused_relu) continue;
    if (!graph.reads_only(before, static_cast<int>(i))) continue;
    at(graph, before).fused_relu = true;
    if (kind == ActivationKind::relu6) at(graph, before).relu_limit = 6;
    graph.replace(static_cast<int>(i), before);
  }
}

void drop_dead_layers(PlanGraph& graph, const PassContext&) { graph.drop_dead(); }

// Layers run once a tile; those that want many rows, and what follows them on features, once a lane.
void choose_scopes(PlanGraph& graph, const PassContext&) {
  for (PlanNode& node : graph.nodes) {
    if (node.removed) continue;
    bool behind_lanes = !node.inputs.empty() && node.shape.rank() == 1;
    for (int input : node.inputs) behind_lanes = behind_lanes && at(graph, input).scope == Scope::lane;
    node.scope = behind_lanes ? Scope::lane : node.layer->scope();
  }
}

}  // namespace

const std::vector<Pass>& passes() {
  static const std::vector<Pass> all = {
      {"split layers", split_layers}, {"drop identities", drop_identities}, {"end at scores", end_at_scores},
      {"pad in layers", pad_in_layers},
      {"fuse activation and loss", fuse_activation_and_loss}, {"fold normalisation", fold_normalisation},
      {"fuse relu", fuse_relu}, {"drop dead layers", drop_dead_layers}, {"choose scopes", choose_scopes}};
  return all;
}

void run_passes(PlanGraph& graph, const PassContext& context, const std::vector<std::string>& disabled) {
  std::vector<std::string> names;
  for (const Pass& pass : passes())
    if (pass.run != split_layers && pass.run != end_at_scores) names.push_back(pass.name);  // these decide what is computed
  for (const std::string& name : disabled)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw usage_error("passes", "no pass that can be left out is called \"{}\"{}", name, did_you_mean(name, names));
  for (const Pass& pass : passes()) {
    if (std::find(disabled.begin(), disabled.end(), pass.name) != disabled.end()) continue;
    pass.run(graph, context);
    const std::string wrong = verify(graph);
    if (!wrong.empty()) throw std::logic_error(std::string("pass \"") + pass.name + "\" left the graph wrong: " + wrong);
  }
}

}  // namespace fovea
