#include "fovea/model/functional.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>

namespace fovea {

// The graph that calls are recorded in. Models take what leads to their outputs.
class SymbolicGraph : public std::enable_shared_from_this<SymbolicGraph> {
 public:
  explicit SymbolicGraph(const InputLayerOptions& options) {
    graph_.add(std::make_shared<InputLayer>(options), {});
  }

  static const std::shared_ptr<SymbolicGraph>& of(const SymbolicTensor& tensor) { return tensor.graph_; }
  static int node_of(const SymbolicTensor& tensor) { return tensor.node_; }
  SymbolicTensor tensor(int node) { return {shared_from_this(), node}; }
  const Graph& graph() const { return graph_; }

  SymbolicTensor apply(const Layer& layer, const std::vector<SymbolicTensor>& inputs) {
    std::vector<int> nodes;
    std::optional<bool> training;
    for (const SymbolicTensor& input : inputs) {
      if (input.graph_.get() != this)
        throw usage_error(layer.name().empty() ? layer.type() : layer.name(), "is called on tensors of different inputs");
      nodes.push_back(input.node_);
      if (input.training_) training = input.training_;
    }
    const auto known = layers_.find(layer.identity());
    if (known == layers_.end()) {
      const int node = layers_[layer.identity()] = graph_.add(layer.clone(), std::move(nodes), training);
      traced_.insert(node);
      return tensor(node);
    }
    if (const int again = untraced(known->second, nodes, training); again >= 0) return tensor(again);
    const int node = graph_.call(known->second, std::move(nodes), training);
    traced_.insert(node);
    return tensor(node);
  }

  SymbolicTensor nest(const Model& model, const SymbolicTensor& x, const std::string& name) {
    const size_t output = model.graph().output_place();
    const auto [known, fresh] = nested_.emplace(model.identity(), -1);
    if (!fresh) return tensor(graph_.call_nested(known->second, x.node_, x.training_)[output]);
    known->second = static_cast<int>(graph_.nested().size());
    const std::vector<int> outputs =
        graph_.add_nested(model.graph(), name.empty() ? model.name() : name, x.node_, x.training_);
    const std::string path = graph_.nested(known->second).path;
    for (int p = 0; p < model.parameters().size(); ++p)
      values_.emplace(path + "/" + model.parameters()[p].path, model.parameters().get(p));
    return tensor(outputs[output]);
  }

  // Calls that an earlier trace of a class's `call` made already are taken up again, each once.
  void begin_trace() { traced_.clear(); }

  void take_values(Model& model) const {
    for (int p = 0; p < model.parameters().size(); ++p)
      if (const auto at = values_.find(model.parameters()[p].path); at != values_.end()) model.parameters().set(p, at->second);
  }

 private:
  int untraced(int owner, const std::vector<int>& inputs, std::optional<bool> training) {
    for (int n = 0; n < graph_.size(); ++n) {
      const Node& node = graph_.node(n);
      if (node.owner == owner && node.inputs == inputs && node.training == training && traced_.insert(n).second) return n;
    }
    return -1;
  }

  Graph graph_{"functional"};
  std::map<std::shared_ptr<const char>, int> layers_, nested_;  // by identity: the first call, the place among nested()
  std::map<std::string, Array> values_;                         // of nested models, by path
  std::set<int> traced_;                                        // nodes that the trace under way has used
};

const Shape& SymbolicTensor::shape() const { return graph_->graph().node(node_).shape; }

SymbolicTensor SymbolicTensor::training(bool training) const {
  SymbolicTensor fixed = *this;
  fixed.training_ = training;
  return fixed;
}

SymbolicTensor SymbolicTensor::apply(const Layer& layer, const std::vector<SymbolicTensor>& inputs) const {
  return graph_->apply(layer, inputs);
}

SymbolicTensor input(const InputLayerOptions& options) { return std::make_shared<SymbolicGraph>(options)->tensor(0); }

SymbolicTensor nested(const Model& model, const SymbolicTensor& x, const std::string& name) {
  return SymbolicGraph::of(x)->nest(model, x, name);
}

Model functional(const SymbolicTensor& input, const SymbolicTensor& output, const FunctionalOptions& options) {
  return functional(input, std::vector<SymbolicTensor>{output}, options);
}

Model functional(const SymbolicTensor& input, const std::vector<SymbolicTensor>& outputs, const FunctionalOptions& options) {
  const SymbolicGraph& symbolic = *SymbolicGraph::of(input);
  if (outputs.empty()) throw usage_error(options.name, "a model needs an output");
  std::vector<int> nodes;
  for (const SymbolicTensor& output : outputs) {
    if (SymbolicGraph::of(output).get() != &symbolic || SymbolicGraph::node_of(input) != 0)
      throw usage_error(options.name, "the output does not come from this input");
    nodes.push_back(SymbolicGraph::node_of(output));
  }
  std::vector<int> kept = nodes;
  Graph graph = symbolic.graph().leading_to(kept);
  graph.set_name(options.name);
  graph.set_sequential(false);
  graph.set_output(kept.front());
  if (kept.size() > 1) graph.set_outputs(kept);
  Model model(std::move(graph), options.seed);
  symbolic.take_values(model);
  return model;
}

namespace {

// What nodes compute in inference, as numbers that are equal where it is the same.
std::vector<int> inference_values(const Graph& graph) {
  std::map<std::tuple<int, bool, std::vector<int>>, int> known;
  std::vector<int> values;
  for (int n = 0; n < graph.size(); ++n) {
    const Node& node = graph.node(n);
    std::vector<int> inputs;
    for (int source : node.inputs) inputs.push_back(values[static_cast<size_t>(source)]);
    const bool trains = node.training.value_or(false);
    if (!inputs.empty() && node.layer->identity_in_inference() && !trains)
      values.push_back(inputs[0]);
    else
      values.push_back(known.emplace(std::tuple{node.owner, trains, std::move(inputs)}, n).first->second);
  }
  return values;
}

}  // namespace

Model build(const CustomModel& model, const SequentialOptions& options) {
  const SymbolicTensor x = input({.shape = options.input_shape});
  const auto symbolic = SymbolicGraph::of(x);
  const auto trace = [&](bool training) {
    symbolic->begin_trace();
    const SymbolicTensor y = model.call(x, training);
    if (SymbolicGraph::of(y) != symbolic) throw usage_error(options.name, "call() must give what it made of its input");
    return SymbolicGraph::node_of(y);
  };
  const int training = trace(true), inference = trace(false);
  const std::vector<int> values = inference_values(symbolic->graph());
  // Where inference only leaves out what does nothing there, as dropout, one graph says both.
  const bool same = values[static_cast<size_t>(training)] == values[static_cast<size_t>(inference)];
  std::vector<int> kept = same ? std::vector<int>{training} : std::vector<int>{inference, training};
  Graph graph = symbolic->graph().leading_to(kept);
  if (!(graph.node(kept.front()).shape == graph.node(kept.back()).shape))
    throw usage_error(options.name, "call() gives another shape in training than in inference (got {} and {})",
                      to_string(graph.node(kept.back()).shape), to_string(graph.node(kept.front()).shape));
  graph.set_name(options.name);
  graph.set_output(kept.front());
  if (!same) graph.set_training_output(kept.back());
  graph.set_sequential(false);
  Model built(std::move(graph), options.seed);
  symbolic->take_values(built);
  return built;
}

}  // namespace fovea
