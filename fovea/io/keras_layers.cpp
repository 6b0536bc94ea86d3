#include "fovea/io/keras_layers.h"

#include <algorithm>
#include <map>
#include <set>

namespace fovea {
namespace {

// One model's calls as map_graph sees them: numbers of elements, an element's layer being that of its first call.
class Level {
 public:
  Level(const Graph& graph, int model) : elements_(graph.elements(model)) {
    std::map<int, size_t> makers;               // node -> the element that gives it
    std::map<std::pair<int, int>, size_t> first;  // (owner, nested model) -> element
    for (size_t e = 0; e < elements_.size(); ++e) {
      const Graph::Element& element = elements_[e];
      for (int output : graph.outputs(element)) makers[output] = e;
      const int owner = element.node >= 0 ? graph.node(element.node).owner : -1;
      layer_.push_back(first.emplace(std::pair{owner, element.nested}, e).first->second);
      inputs_.emplace_back();
      if (e > 0)
        for (int input : graph.inputs(element)) inputs_.back().push_back(makers.at(input));
    }
    const std::vector<int> outputs = model < 0 ? graph.outputs() : graph.nested(model).calls.front().outputs;
    for (int output : outputs) outputs_.push_back(makers.at(output));
  }

  std::vector<Graph::Element> by_depth() {
    for (size_t output : outputs_) visit(output);
    std::vector<int> depth(elements_.size(), 0), layer_depth(elements_.size(), -1);
    for (size_t i = finished_.size(); i-- > 0;) {
      const size_t call = finished_[i];
      int& of_layer = layer_depth[layer_[call]];
      of_layer = depth[call] = std::max(depth[call], of_layer);
      for (size_t input : inputs_[call]) depth[input] = std::max(depth[input], depth[call] + 1);
    }
    std::vector<size_t> layers;
    for (size_t e = 0; e < elements_.size(); ++e)
      if (layer_[e] == e) layers.push_back(e);
    // Layers that lead to no output: none of Keras's models has them.
    std::stable_sort(layers.begin(), layers.end(), [&](size_t a, size_t b) {
      if (layer_depth[a] != layer_depth[b]) return layer_depth[a] > layer_depth[b];
      return index_[a] < index_[b];
    });
    std::vector<Graph::Element> ordered;
    for (size_t layer : layers) ordered.push_back(elements_[layer]);
    return ordered;
  }

 private:
  // Depth first from the outputs. Layers get numbers as they are met, calls are finished behind their inputs.
  void visit(size_t output) {
    struct Frame {
      size_t call, next;
    };
    std::vector<Frame> stack;
    const auto enter = [&](size_t call) {
      if (done_.contains(call)) return;
      done_.insert(call);
      index_.emplace(layer_[call], index_.size());
      stack.push_back({call, 0});
    };
    enter(output);
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next == inputs_[frame.call].size()) {
        finished_.push_back(frame.call);
        stack.pop_back();
        continue;
      }
      enter(inputs_[frame.call][frame.next++]);
    }
  }

  std::vector<Graph::Element> elements_;
  std::vector<size_t> layer_;                // of every call
  std::vector<std::vector<size_t>> inputs_;  // of every call: calls
  std::vector<size_t> outputs_, finished_;
  std::set<size_t> done_;
  std::map<size_t, size_t> index_;  // of layers, by their first element
};

void add_variables(const Graph& graph, const Graph::Element& layer, std::vector<KerasVariable>& variables) {
  if (layer.nested >= 0) {
    for (const Graph::Element& inner : keras_layers(graph, layer.nested)) add_variables(graph, inner, variables);
    return;
  }
  const Node& node = graph.node(layer.node);
  for (const bool trainable : {true, false})
    for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes))
      if (spec.trainable == trainable)
        variables.push_back({node.layer->name() + "/" + spec.name, graph.own_name(layer.node), spec.name, spec.shape,
                             spec.trainable && node.layer->trainable()});
}

}  // namespace

std::vector<Graph::Element> keras_layers(const Graph& graph, int model) {
  const bool sequential = model < 0 ? graph.sequential() : graph.nested(model).sequential;
  return sequential ? graph.elements(model) : Level(graph, model).by_depth();
}

std::string keras_class(const Graph& graph, const Graph::Element& layer) {
  if (layer.node >= 0) return graph.node(layer.node).layer->type();
  return graph.nested(layer.nested).sequential ? "Sequential" : "Functional";
}

std::string own_name(const Graph& graph, const Graph::Element& layer) {
  return layer.node >= 0 ? graph.own_name(layer.node) : graph.own_name(graph.nested(layer.nested));
}

std::vector<KerasVariable> keras_variables(const Graph& graph, const Graph::Element& layer) {
  std::vector<KerasVariable> variables;
  add_variables(graph, layer, variables);
  return variables;
}

}  // namespace fovea
