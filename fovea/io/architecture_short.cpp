// The short form of an architecture.

#include <algorithm>

#include "fovea/base/names.h"
#include "fovea/io/draft.h"
#include "fovea/layers/input.h"
#include "fovea/layers/registry.h"

namespace fovea {
namespace {

// "summary" is what `fovea summary` adds for its readers.
const std::vector<std::string> kKeys = {"name", "input_shape", "layers", "output", "summary"};

std::vector<std::string> read_inputs(const Json& json, const std::string& where) {
  std::vector<std::string> names;
  if (json.is_string()) return {json.get<std::string>()};
  if (!json.is_array())
    throw file_error(where + ": inputs", "cannot be (got {}, expected a list of layers' names)", shown(json));
  for (const Json& name : json) {
    if (!name.is_string())
      throw file_error(where + ": inputs", "cannot be (got {}, expected a layer's name)", shown(name));
    names.push_back(name.get<std::string>());
  }
  return names;
}

// {"Conv2D": {…}}: one class, its arguments, and what is ours beside them.
DraftLayer read_layer(const Json& json, const std::string& where) {
  if (!json.is_object())
    throw file_error(where, "cannot be (got {}, expected {{\"CLASS\": {{ARGUMENTS}}}})", shown(json));
  DraftLayer layer;
  layer.where = where;
  for (const auto& [key, value] : json.items()) {
    if (key == "inputs") {
      layer.inputs = read_inputs(value, where);
    } else if (!layer.type.empty() || key.empty()) {
      throw file_error(where, "one class a layer (got {} and {})", shown(layer.type), shown(key));
    } else if (!value.is_object()) {
      throw file_error(where, "the arguments of {} must be an object (got {})", shown(key), shown(value));
    } else {
      layer.type = key;
      layer.config = value;
    }
  }
  if (layer.type.empty())
    throw file_error(where, "cannot be (got {}, expected {{\"CLASS\": {{ARGUMENTS}}}})", shown(json));
  if (layer.type == "Model" || layer.type == "Sequential" || layer.type == "Functional")
    throw file_error(where, "a model as a layer cannot be had yet; list its layers instead");
  if (const Json* inputs = member(layer.config, "inputs")) {
    if (layer.inputs) throw file_error(where, "\"inputs\" stands twice");
    layer.inputs = read_inputs(*inputs, where);
    layer.config.erase("inputs");
  }
  if (const Json* name = member(layer.config, "name"); name != nullptr && !name->is_null())
    layer.name = text_member(layer.config, "name", where);
  return layer;
}

// An input layer at the head of the list.
void take_input_layer(Draft& draft, const DraftLayer& input) {
  if (input.inputs) throw file_error(input.where, "an input layer takes no inputs");
  draft.input_name = input.name;
  const Json* batched = member(input.config, "batch_shape");
  const Json* sizes = member(input.config, "shape");
  for (const auto& [key, value] : input.config.items())
    if (key != "batch_shape" && key != "shape" && key != "name")
      throw file_error(input.where, "unknown option {} of an input layer; it has batch_shape, shape and name",
                       shown(key));
  if (batched == nullptr && sizes == nullptr) return;
  Json own = batched != nullptr ? without_batch(batched, input.where) : *sizes;
  if (!draft.input_shape.is_null() && draft.input_shape != own)
    throw file_error(input.where, "got shape {}, but the model's input_shape is {}", shown(own),
                     shown(draft.input_shape));
  draft.input_shape = std::move(own);
}

// The options that differ from a new layer's.
Json arguments_of(const Layer& layer) {
  Json arguments = layer.options();
  const Json defaults = make_layer(layer.type(), Json::object(), layer.type())->options();
  for (const auto& [key, value] : defaults.items())
    if (arguments.contains(key) && arguments[key] == value) arguments.erase(key);
  return arguments;
}

}  // namespace

Draft read_short_draft(const Json& json, const std::string& where) {
  Draft draft;
  for (const auto& [key, value] : json.items())
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
      throw file_error(where, "unknown key {} of an architecture{}", shown(key), did_you_mean(key, kKeys));
  if (member(json, "name") != nullptr) draft.name = text_member(json, "name", where);
  if (member(json, "output") != nullptr) draft.output = text_member(json, "output", where);
  if (const Json* shape = member(json, "input_shape")) draft.input_shape = *shape;
  const Json& layers = json["layers"];
  if (!layers.is_array()) throw file_error(where, "\"layers\" must be a list (got {})", shown(layers));
  for (size_t i = 0; i < layers.size(); ++i) {
    DraftLayer layer = read_layer(layers[i], fmt::format("{}: layers[{}]", where, i));
    draft.sequential = draft.sequential && !layer.inputs && !(i == 0 && layer.type == InputLayer::kType);
    if (i == 0 && layer.type == InputLayer::kType)
      take_input_layer(draft, layer);
    else
      draft.layers.push_back(std::move(layer));
  }
  return draft;
}

Json write_short(const Graph& graph) {
  Json json = {{"name", graph.name()}, {"input_shape", Json::array()}, {"layers", Json::array()}};
  for (int64_t size : graph.input_shape()) json["input_shape"].push_back(size);
  for (int at = 0; at < graph.size(); ++at) {
    const Node& node = graph.node(at);
    Json arguments = Json::object();
    if (at != graph.input())
      arguments = arguments_of(*node.layer);
    else if (graph.sequential())
      continue;
    arguments["name"] = node.layer->name();
    if (!node.layer->trainable()) arguments["trainable"] = false;
    if (at != graph.input() && node.inputs != std::vector<int>{at - 1}) {
      arguments["inputs"] = Json::array();
      for (int input : node.inputs) arguments["inputs"].push_back(graph.node(input).layer->name());
    }
    json["layers"].push_back({{node.layer->type(), std::move(arguments)}});
  }
  if (graph.output() != graph.size() - 1) json["output"] = graph.node(graph.output()).layer->name();
  return json;
}

}  // namespace fovea
