#include "fovea/io/architecture.h"

#include <algorithm>
#include <map>

#include "fovea/layers/input.h"
#include "fovea/layers/registry.h"

namespace fovea {
namespace {

constexpr size_t kMostLayers = 10000;

const Json& member(const Json& json, const char* key, const std::string& where) {
  if (!json.is_object()) throw usage_error(where, "got {}, expected an object", shown(json));
  const auto it = json.find(key);
  if (it == json.end()) throw usage_error(where, "\"{}\" is missing", key);
  return *it;
}
std::string text(const Json& json, const char* key, const std::string& where) {
  std::string value;
  read_field(member(json, key, where), value, where + ": " + key);
  return value;
}
std::string text_or(const Json& json, const char* key, const std::string& fallback) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : fallback;
}
const Json& list(const Json& json, const std::string& where) {
  if (!json.is_array() || json.empty()) throw usage_error(where, "got {}, expected a list of layers", shown(json));
  if (json.size() > kMostLayers)
    throw usage_error(where, "too many layers (got {}, expected at most {})", json.size(), kMostLayers);
  return json;
}

std::shared_ptr<Layer> input_layer(const Shape& shape, const std::string& name = {}) {
  return std::make_shared<InputLayer>(InputLayerOptions{.shape = shape, .name = name});
}

// The sizes of one picture, as [null, 32, 32, 3] or without the batch; null is left to the data.
Shape open_shape(const Json& json, bool batch, const std::string& where, const ArchitectureOptions& options) {
  if (!json.is_array() || json.size() < (batch ? 2u : 1u) || json.size() > 5)
    throw usage_error(where, "got {}, expected sizes such as {}", shown(json), batch ? "[null, 32, 32, 3]" : "[32, 32, 3]");
  Json closed = Json::array({nullptr});
  for (size_t i = batch ? 1 : 0; i < json.size(); ++i) {
    const int axis = static_cast<int>(i - (batch ? 1 : 0));
    if (!json[i].is_null()) {
      closed.push_back(json[i]);
    } else if (options.picture_shape && axis < options.picture_shape->rank()) {
      closed.push_back((*options.picture_shape)[axis]);
    } else {
      throw usage_error(where, "got {}, and no data say what null is (expected sizes that are known)", shown(json));
    }
  }
  Shape shape;
  read_field(closed, shape, where);
  return shape;
}

Shape data_shape(const std::string& where, const ArchitectureOptions& options) {
  if (!options.picture_shape)
    throw usage_error(where, "no input shape (expected \"input_shape\", or data that say what the pictures are)");
  return *options.picture_shape;
}

// Layers of these classes hold more than a layer's own work.
void refuse_unsupported(const std::string& type, const std::string& name, const std::string& where) {
  if (type == "Sequential" || type == "Functional" || type == "Model")
    throw usage_error(where, "the layer \"{}\" is a model of its own (got {}); write its layers into this one", name, type);
  if (type == "Lambda")
    throw usage_error(where, "the layer \"{}\" is a Lambda, whose code is not in the file; use layers with names instead", name);
}

std::shared_ptr<Layer> keras_layer(const Json& entry, const std::string& where, const ArchitectureOptions& options) {
  const std::string type = text(entry, "class_name", where);
  Json config = member(entry, "config", where);
  refuse_unsupported(type, text_or(config, "name", "?"), where);
  if (type == "InputLayer") {
    for (const char* key : {"batch_shape", "batch_input_shape"})
      if (auto it = config.find(key); config.is_object() && it != config.end() && !it->is_null())
        return input_layer(open_shape(*it, true, where + ": " + key, options), text_or(config, "name", ""));
    return input_layer(data_shape(where, options), text_or(config, "name", ""));
  }
  return make_layer(type, config, where);
}

// ---- Sequential

// The input shape that a Sequential or its first layer records, in any of Keras's ways.
std::optional<Shape> recorded_shape(const Json& model, const Json& first, const std::string& where,
                                    const ArchitectureOptions& options) {
  const auto look = [&](const Json& json, const char* key) -> std::optional<Shape> {
    if (!json.is_object()) return {};
    const auto it = json.find(key);
    if (it == json.end() || it->is_null()) return {};
    return open_shape(*it, true, where + ": " + key, options);
  };
  if (first.is_object() && first.contains("config"))
    for (const char* key : {"batch_input_shape", "batch_shape"})
      if (auto shape = look(first["config"], key)) return shape;
  if (model.is_object() && model.contains("config"))
    if (auto shape = look(model["config"], "build_input_shape")) return shape;
  if (model.is_object() && model.contains("build_config"))
    if (auto shape = look(model["build_config"], "input_shape")) return shape;
  return {};
}

Graph read_keras_sequential(const Json& json, const std::string& where, const ArchitectureOptions& options) {
  const Json& config = member(json, "config", where);
  const Json& layers = list(config.is_array() ? config : member(config, "layers", where), where + ": layers");
  Graph graph(config.is_object() ? text_or(config, "name", "sequential") : "sequential");
  if (text_or(layers[0], "class_name", "") != "InputLayer") {
    const auto shape = recorded_shape(json, layers[0], where, options);
    graph.add(input_layer(shape ? *shape : data_shape(where, options)), {});
  }
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string place = where + ": layer " + std::to_string(i + 1);
    graph.add(keras_layer(layers[i], place, options), graph.size() == 0 ? std::vector<int>{} : std::vector<int>{graph.size() - 1});
  }
  return graph;
}

// ---- Functional

// Names of the layers whose outputs a call takes, in order: Keras 3's tensors with a history, Keras 2's [name, 0, 0, {}].
void collect_inputs(const Json& json, std::vector<std::string>& names, const std::string& where) {
  const auto take = [&](const Json& history) {
    if (history.size() < 3 || !history[0].is_string() || !history[1].is_number_integer() || !history[2].is_number_integer())
      throw usage_error(where, "got the input {}, expected [name, node, tensor]", shown(history));
    if (history[1] != 0 || history[2] != 0)
      throw usage_error(where, "takes another than the first output of \"{}\"; layers that are used more than once are not "
                               "supported", history[0].get<std::string>());
    names.push_back(history[0].get<std::string>());
  };
  if (json.is_object()) {
    if (text_or(json, "class_name", "") == "__keras_tensor__") return take(member(member(json, "config", where), "keras_history", where));
    for (const auto& [key, value] : json.items()) collect_inputs(value, names, where);
  } else if (json.is_array()) {
    if (json.size() >= 3 && json[0].is_string() && json[1].is_number()) return take(json);
    for (const Json& value : json) collect_inputs(value, names, where);
  }
}

std::string only_end(const Json& config, const char* key, const std::string& where) {
  std::vector<std::string> names;
  collect_inputs(member(config, key, where), names, where + ": " + key);
  if (names.size() != 1) throw usage_error(where, "{} must name one layer (got {})", key, names.size());
  return names[0];
}

Graph read_keras_functional(const Json& json, const std::string& where, const ArchitectureOptions& options) {
  const Json& config = member(json, "config", where);
  const Json& entries = list(member(config, "layers", where), where + ": layers");
  struct Entry {
    std::shared_ptr<Layer> layer;
    std::vector<std::string> inputs;
  };
  std::vector<Entry> waiting;
  for (size_t i = 0; i < entries.size(); ++i) {
    const std::string place = where + ": layer " + std::to_string(i + 1);
    Entry entry{keras_layer(entries[i], place, options), {}};
    if (entry.layer->name().empty()) entry.layer->set_name(text(entries[i], "name", place));
    if (auto it = entries[i].find("inbound_nodes"); it != entries[i].end()) {
      if (!it->is_array()) throw usage_error(place, "inbound_nodes: got {}, expected a list", shown(*it));
      if (it->size() > 1)
        throw usage_error(place, "the layer \"{}\" is used {} times; layers that are used more than once are not supported",
                          entry.layer->name(), it->size());
      if (!it->empty()) collect_inputs((*it)[0], entry.inputs, place + ": " + entry.layer->name());
    }
    waiting.push_back(std::move(entry));
  }
  const std::string input = only_end(config, "input_layers", where), output = only_end(config, "output_layers", where);

  Graph graph(text_or(config, "name", "functional"));
  graph.set_sequential(false);
  std::map<std::string, int> places;
  // In the file's order, each layer once its inputs are there.
  for (bool moved = true; moved && !waiting.empty();) {
    moved = false;
    for (size_t i = 0; i < waiting.size();) {
      std::vector<int> inputs;
      for (const std::string& name : waiting[i].inputs)
        if (auto it = places.find(name); it != places.end()) inputs.push_back(it->second);
      if (inputs.size() == waiting[i].inputs.size() && (graph.size() > 0 || inputs.empty())) {
        if (inputs.empty() && waiting[i].layer->name() != input)
          throw usage_error(where, "the layer \"{}\" has no inputs; models with several inputs are not supported",
                            waiting[i].layer->name());
        const std::string name = waiting[i].layer->name();
        places[name] = graph.add(waiting[i].layer, std::move(inputs));
        waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(i));
        moved = true;
      } else {
        ++i;
      }
    }
  }
  if (!waiting.empty())
    throw usage_error(where, "the layer \"{}\" reads a layer that is not there, or itself", waiting[0].layer->name());
  graph.set_output(graph.find(output));
  return graph;
}

// ---- the short form

Graph read_short_form(const Json& json, const std::string& where, const ArchitectureOptions& options) {
  for (const auto& [key, value] : json.items())
    if (key != "name" && key != "input_shape" && key != "layers")
      throw usage_error(where, "unknown member \"{}\" (got {}, expected name, input_shape and layers)", key, shown(value));
  const Json& layers = list(member(json, "layers", where), where + ": layers");
  Graph graph(text_or(json, "name", "model"));
  const auto input_shape = json.find("input_shape");
  const bool shaped = input_shape != json.end() && !input_shape->is_null();
  graph.add(input_layer(shaped ? open_shape(*input_shape, false, where + ": input_shape", options) : data_shape(where, options)), {});
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string place = where + ": layer " + std::to_string(i + 1);
    if (!layers[i].is_object() || layers[i].size() != 1)
      throw usage_error(place, "got {}, expected {{\"Class\": {{arguments}}}}", shown(layers[i]));
    const std::string type = layers[i].begin().key();
    Json arguments = layers[i].begin().value();
    if (!arguments.is_object()) throw usage_error(place, "the arguments of {} must be an object (got {})", type, shown(arguments));
    refuse_unsupported(type, text_or(arguments, "name", "?"), place);
    std::vector<int> inputs = {graph.size() - 1};
    if (auto it = arguments.find("inputs"); it != arguments.end()) {
      if (!it->is_array() || it->empty() || !std::all_of(it->begin(), it->end(), [](const Json& name) { return name.is_string(); }))
        throw usage_error(place, "inputs: got {}, expected a list of layers' names", shown(*it));
      inputs.clear();
      for (const Json& name : *it) inputs.push_back(graph.find(name.get<std::string>()));
      if (inputs != std::vector<int>{graph.size() - 1}) graph.set_sequential(false);
      arguments.erase("inputs");
    }
    graph.add(make_layer(type, arguments, place), std::move(inputs));
  }
  return graph;
}

Json keras_entry(const Layer& layer) {
  Json config = layer.config();
  if (layer.type() == InputLayer::kType) config.erase("trainable");
  return {{"module", "keras.layers"}, {"class_name", layer.type()}, {"config", std::move(config)}, {"registered_name", nullptr}};
}

Json batch_shape(const Shape& shape) { return write_field(shape); }

}  // namespace

Graph read_architecture(const Json& json, const std::string& where, const ArchitectureOptions& options) {
  if (!json.is_object()) throw usage_error(where, "got {}, expected an object with a model", shown(json));
  if (!json.contains("class_name")) {
    if (json.contains("layers")) return read_short_form(json, where, options);
    throw usage_error(where, "neither Keras's form nor the short one (expected \"class_name\" or \"layers\")");
  }
  const std::string type = text(json, "class_name", where);
  if (type == "Sequential") return read_keras_sequential(json, where, options);
  if (type == "Functional" || type == "Model") return read_keras_functional(json, where, options);
  throw usage_error(where, "unknown kind of model (got \"{}\", expected Sequential or Functional)", type);
}

Json write_short(const Graph& graph) {
  Json shape = Json::array();
  for (int64_t size : graph.input_shape()) shape.push_back(size);
  Json layers = Json::array();
  for (int i = 1; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    Json arguments = node.layer->options();
    arguments["name"] = node.layer->name();
    if (!node.layer->trainable()) arguments["trainable"] = false;
    if (node.inputs != std::vector<int>{i - 1}) {
      arguments["inputs"] = Json::array();
      for (int input : node.inputs) arguments["inputs"].push_back(graph.node(input).layer->name());
    }
    layers.push_back({{node.layer->type(), std::move(arguments)}});
  }
  return {{"name", graph.name()}, {"input_shape", shape}, {"layers", layers}};
}

Json write_keras(const Graph& graph) {
  Json layers = Json::array();
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    Json entry = keras_entry(*node.layer);
    if (!graph.sequential()) {
      entry["name"] = node.layer->name();
      Json tensors = Json::array();
      for (int input : node.inputs) {
        const Node& from = graph.node(input);
        tensors.push_back({{"class_name", "__keras_tensor__"},
                           {"config", {{"shape", batch_shape(from.shape)}, {"dtype", "float32"},
                                       {"keras_history", Json::array({from.layer->name(), 0, 0})}}}});
      }
      entry["inbound_nodes"] = Json::array();
      if (!node.inputs.empty()) {
        // Layers that merge take one list of tensors, others one tensor.
        Json arguments = node.inputs.size() > 1 ? Json::array({tensors}) : tensors;
        entry["inbound_nodes"].push_back({{"args", std::move(arguments)}, {"kwargs", Json::object()}});
      }
    }
    layers.push_back(std::move(entry));
  }
  Json config = {{"name", graph.name()}, {"trainable", true}, {"layers", std::move(layers)}};
  if (!graph.sequential()) {
    config["input_layers"] = Json::array({Json::array({graph.node(graph.input()).layer->name(), 0, 0})});
    config["output_layers"] = Json::array({Json::array({graph.node(graph.output()).layer->name(), 0, 0})});
  }
  return {{"module", "keras"}, {"class_name", graph.sequential() ? "Sequential" : "Functional"}, {"config", std::move(config)},
          {"registered_name", nullptr}};
}

}  // namespace fovea
