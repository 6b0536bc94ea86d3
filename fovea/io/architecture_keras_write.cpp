// Architectures as Keras 3 reads them.

#include "fovea/io/architecture.h"
#include "fovea/layers/input.h"

namespace fovea {
namespace {

Json batched(const Shape& shape) { return write_field(shape); }

// Keras finds classes inside a config ("Constant") only beside the module they are in: each kind has its own, and the
// options of a kind end alike.
void add_modules(Json& config) {
  for (auto& [key, value] : config.items()) {
    if (!value.is_object() || !value.contains("class_name")) continue;
    value = {{"module", key.ends_with("_regularizer")  ? "keras.regularizers"
                        : key.ends_with("_constraint") ? "keras.constraints"
                                                       : "keras.initializers"},
             {"class_name", value["class_name"]},
             {"config", value["config"]},
             {"registered_name", nullptr}};
  }
}

Json layer_json(const Node& node) {
  Json config = node.layer->config();
  if (node.inputs.empty()) config.erase("trainable");  // an argument that input layers do not take
  add_modules(config);
  return {{"module", "keras.layers"},
          {"class_name", node.layer->type()},
          {"config", std::move(config)},
          {"registered_name", nullptr}};
}

Json history(const Graph& graph, int node) { return Json::array({graph.node(node).layer->name(), 0, 0}); }

Json tensor(const Graph& graph, int node) {
  return {
      {"class_name", "__keras_tensor__"},
      {"config",
       {{"shape", batched(graph.node(node).shape)}, {"dtype", "float32"}, {"keras_history", history(graph, node)}}}};
}

// The one call of a layer: of a list where it takes several inputs.
Json calls(const Graph& graph, const Node& node) {
  if (node.inputs.empty()) return Json::array();
  Json tensors = Json::array();
  for (int input : node.inputs) tensors.push_back(tensor(graph, input));
  Json args = Json::array({tensors.size() == 1 ? tensors[0] : tensors});
  return Json::array({{{"args", std::move(args)}, {"kwargs", Json::object()}}});
}

}  // namespace

Json write_keras(const Graph& graph) {
  Json layers = Json::array();
  for (const Node& node : graph.nodes()) {
    layers.push_back(layer_json(node));
    if (graph.sequential()) continue;
    layers.back()["name"] = node.layer->name();
    layers.back()["inbound_nodes"] = calls(graph, node);
  }
  Json config = {{"name", graph.name()}, {"trainable", true}, {"layers", std::move(layers)}};
  if (graph.sequential()) {
    config["build_input_shape"] = batched(graph.input_shape());
  } else {
    config["input_layers"] = history(graph, graph.input());
    config["output_layers"] = history(graph, graph.output());
  }
  if (graph.sequential())
    return {
        {"module", "keras"}, {"class_name", "Sequential"}, {"config", std::move(config)}, {"registered_name", nullptr}};
  // Functional is not among the names that Keras exports.
  return {{"module", "keras.src.models.functional"},
          {"class_name", "Functional"},
          {"config", std::move(config)},
          {"registered_name", "Functional"}};
}

}  // namespace fovea
