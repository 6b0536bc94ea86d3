// Architectures as Keras 3 reads them.

#include <map>

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

Json layer_json(const Graph& graph, int at) {
  const Node& node = graph.node(at);
  Json config = node.layer->config();
  config["name"] = graph.own_name(at);
  if (const auto* input = dynamic_cast<const InputLayer*>(node.layer.get())) {
    config.erase("trainable");  // an argument that input layers do not take
    for (int axis : input->get().open) config["batch_shape"][static_cast<size_t>(axis) + 1] = nullptr;
  }
  add_modules(config);
  return {{"module", "keras.layers"},
          {"class_name", node.layer->type()},
          {"config", std::move(config)},
          {"registered_name", nullptr}};
}

// A Functional model counts its own call, from input to output, as the first.
Json history(const Graph& graph, int node, int model) {
  const Graph::Reference ref = graph.reference(node, model);
  const bool functional = ref.nested >= 0 && !graph.nested(ref.nested).sequential;
  return Json::array({ref.layer, ref.call + (functional ? 1 : 0), ref.output});
}

Json tensor(const Graph& graph, int node, int model) {
  return {{"class_name", "__keras_tensor__"},
          {"config",
           {{"shape", batched(graph.node(node).shape)},
            {"dtype", "float32"},
            {"keras_history", history(graph, node, model)}}}};
}

// One call: of a list where it takes several inputs.
Json call_json(const Graph& graph, const Graph::Element& element, int model) {
  Json tensors = Json::array();
  for (int input : graph.inputs(element)) tensors.push_back(tensor(graph, input, model));
  Json args = Json::array({tensors.size() == 1 ? tensors[0] : tensors});
  Json call = {{"args", std::move(args)}, {"kwargs", Json::object()}};
  // Keras 3 runs a model with the model's own flag, whatever its layers were called with: for it the call says nothing.
  if (const std::optional<bool> training = graph.training(element)) call["training"] = *training;
  return call;
}

Json model_json(const Graph& graph, int model) {
  const bool sequential = model < 0 ? graph.sequential() : graph.nested(model).sequential;
  Json layers = Json::array();
  std::map<std::string, size_t> places;
  const std::vector<Graph::Element> elements = graph.elements(model);
  for (const Graph::Element& element : elements) {
    const std::string name =
        element.node >= 0 ? graph.own_name(element.node) : graph.own_name(graph.nested(element.nested));
    const auto [at, fresh] = places.emplace(name, layers.size());
    if (fresh) layers.push_back(element.node >= 0 ? layer_json(graph, element.node) : model_json(graph, element.nested));
    if (sequential) continue;
    Json& layer = layers[at->second];
    layer["name"] = name;
    if (fresh) layer["inbound_nodes"] = Json::array();
    if (&element != &elements.front()) layer["inbound_nodes"].push_back(call_json(graph, element, model));
  }
  Json config = {{"name", model < 0 ? graph.name() : graph.own_name(graph.nested(model))},
                 {"trainable", true},
                 {"layers", std::move(layers)}};
  const int input = elements.front().node;
  if (sequential) {
    config["build_input_shape"] = batched(graph.node(input).shape);
    for (int axis : static_cast<const InputLayer&>(*graph.node(input).layer).get().open)
      config["build_input_shape"][static_cast<size_t>(axis) + 1] = nullptr;
    return {
        {"module", "keras"}, {"class_name", "Sequential"}, {"config", std::move(config)}, {"registered_name", nullptr}};
  }
  config["input_layers"] = history(graph, input, model);
  const std::vector<int> outputs = model < 0 ? graph.outputs() : graph.nested(model).calls.front().outputs;
  config["output_layers"] = Json::array();
  for (int output : outputs) config["output_layers"].push_back(history(graph, output, model));
  if (outputs.size() == 1) config["output_layers"] = Json(config["output_layers"][0]);
  if (model < 0 && graph.training_output() != graph.output())
    config["training_output"] = history(graph, graph.training_output(), model);
  // Functional is not among the names that Keras exports.
  return {{"module", "keras.src.models.functional"},
          {"class_name", "Functional"},
          {"config", std::move(config)},
          {"registered_name", "Functional"}};
}

}  // namespace

Json write_keras(const Graph& graph) { return model_json(graph, -1); }

}  // namespace fovea
