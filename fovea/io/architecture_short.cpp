// The short form of an architecture.

#include <algorithm>

#include "fovea/base/names.h"
#include "fovea/io/draft.h"
#include "fovea/layers/input.h"
#include "fovea/layers/registry.h"

namespace fovea {
namespace {

// "summary" is what `fovea summary` adds for its readers.
const std::vector<std::string> kKeys = {"name",        "input_shape",     "layers",    "output",
                                        "used_output", "training_output", "trainable", "summary"};

// "NAME", or ["NAME", CALL, OUTPUT].
TensorRef read_output(const Json& json, const std::string& where) {
  return json.is_string() ? TensorRef{json.get<std::string>()} : read_reference(json, where);
}

DraftCall read_inputs(const Json& json, const std::string& where) {
  DraftCall call;
  if (json.is_string()) {
    call.inputs = {read_output(json, where)};
  } else if (json.is_array()) {
    for (const Json& ref : json) call.inputs.push_back(read_output(ref, where + ": inputs"));
  } else {
    throw file_error(where + ": inputs", "cannot be (got {}, expected a list of layers' names)", shown(json));
  }
  return call;
}

// What stands beside a layer's arguments and says how it is called.
void take_call(Json& arguments, const std::string& where, std::optional<DraftCall>& call) {
  if (const Json* inputs = member(arguments, "inputs")) {
    if (call) throw file_error(where, "\"inputs\" stands twice");
    call = read_inputs(*inputs, where);
    arguments.erase("inputs");
  }
}

// {"Conv2D": {…}}: one class, its arguments, and what is ours beside them. `called`: what the place before calls once
// more, if it does.
DraftLayer read_layer(const Json& json, const std::string& where, const std::optional<TensorRef>& called) {
  if (!json.is_object())
    throw file_error(where, "cannot be (got {}, expected {{\"CLASS\": {{ARGUMENTS}}}})", shown(json));
  DraftLayer layer = {.where = where, .by_hand = true};
  std::optional<DraftCall> call;
  std::optional<bool> training;
  for (const auto& [key, value] : json.items()) {
    if (key == "inputs") {
      call = read_inputs(value, where);
    } else if (key == "training") {
      if (!value.is_boolean()) throw file_error(where + ": training", "cannot be (got {}, expected true or false)", shown(value));
      training = value.get<bool>();
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
  take_call(layer.config, where, call);
  if (const Json* name = member(layer.config, "name"); name != nullptr && !name->is_null())
    layer.name = text_member(layer.config, "name", where);
  if (layer.type == "Model" && member(layer.config, "use") != nullptr) {
    layer.use = text_member(layer.config, "use", where);
    if (member(layer.config, "weights") != nullptr) layer.weights = text_member(layer.config, "weights", where);
    if (const Json* trainable = member(layer.config, "trainable")) {
      if (!trainable->is_boolean())
        throw file_error(where + ": trainable", "cannot be (got {}, expected true or false)", shown(*trainable));
      layer.trainable = trainable->get<bool>();
    }
    for (const auto& [key, value] : layer.config.items())
      if (key != "use" && key != "weights" && key != "trainable" && key != "name")
        throw file_error(where, "unknown key {} of a model by name (expected use, weights, trainable, name)", shown(key));
    // Named after what it is, unless it has a name.
    if (layer.name.empty()) {
      layer.type = layer.use.substr(layer.use.rfind('/') + 1);
      layer.type = layer.type.substr(0, layer.type.find('.'));
    }
  } else if (layer.type == "Model") {
    if (member(layer.config, "layers") == nullptr)
      throw file_error(where, "a model as a layer needs \"layers\" (got {})", shown(layer.config));
    layer.model = std::make_shared<Draft>(read_short_draft(layer.config, where));
  }
  if (!call && called) call = DraftCall{.inputs = {*called}};
  if (call || training) layer.calls = {call.value_or(DraftCall{.follows = true})};
  if (training) layer.calls->front().training = training;
  return layer;
}

// {"call": "NAME", "inputs": […]}: NAME once more. Returns the call's output.
TensorRef add_call(Draft& draft, const Json& json, const std::string& where) {
  DraftCall call;
  for (const auto& [key, value] : json.items()) {
    if (key == "inputs") call.inputs = read_inputs(value, where).inputs;
    else if (key == "training" && value.is_boolean()) call.training = value.get<bool>();
    else if (key != "call") throw file_error(where, "unknown key {} of a call (expected inputs, training)", shown(key));
  }
  const std::string name = text_member(json, "call", where);
  const auto at = std::find_if(draft.layers.begin(), draft.layers.end(), [&](const DraftLayer& l) { return l.name == name; });
  if (at == draft.layers.end()) throw file_error(where, "no layer before it is named {}", shown(name));
  if (!at->calls) at->calls = {DraftCall{.follows = true}};
  at->calls->push_back(std::move(call));
  return {.layer = name, .call = static_cast<int>(at->calls->size()) - 1};
}

// An input layer at the head of the list.
void take_input_layer(Draft& draft, const DraftLayer& input) {
  if (input.calls) throw file_error(input.where, "an input layer takes no inputs");
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
  if (const Json* output = member(json, "output"))
    draft.outputs = read_inputs(*output, where).inputs;
  if (const Json* output = member(json, "used_output")) draft.used_output = read_output(*output, where + ": used_output");
  if (const Json* output = member(json, "training_output"))
    draft.training_output = read_output(*output, where + ": training_output");
  if (const Json* shape = member(json, "input_shape")) draft.input_shape = *shape;
  if (const Json* trainable = member(json, "trainable")) {
    if (!trainable->is_boolean())
      throw file_error(where + ": trainable", "cannot be (got {}, expected true or false)", shown(*trainable));
    draft.trainable = trainable->get<bool>();
  }
  const Json& layers = json["layers"];
  if (!layers.is_array()) throw file_error(where, "\"layers\" must be a list (got {})", shown(layers));
  std::optional<TensorRef> called;
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string place = fmt::format("{}: layers[{}]", where, i);
    if (member(layers[i], "call") != nullptr) {
      called = add_call(draft, layers[i], place);
      draft.sequential = false;
      continue;
    }
    DraftLayer layer = read_layer(layers[i], place, called);
    called.reset();
    draft.sequential = draft.sequential && !layer.calls && !(i == 0 && layer.type == InputLayer::kType);
    if (i == 0 && layer.type == InputLayer::kType)
      take_input_layer(draft, layer);
    else
      draft.layers.push_back(std::move(layer));
  }
  if (called && draft.outputs.empty()) draft.outputs = {*called};
  return draft;
}

namespace {

Json reference(const Graph& graph, int node, int model) {
  const Graph::Reference ref = graph.reference(node, model);
  return ref.call == 0 && ref.output == 0 ? Json(ref.layer) : Json::array({ref.layer, ref.call, ref.output});
}

Json write_model(const Graph& graph, int model);

// Adds "inputs" and "training" where they say more than that a layer follows the one before it.
void write_call(const Graph& graph, const Graph::Element& element, int before, Json& json) {
  const std::vector<int> inputs = graph.inputs(element);
  const int model = element.node >= 0 ? graph.node(element.node).nested : graph.nested(element.nested).parent;
  const bool follows = inputs == std::vector<int>{before} && json.find("call") == json.end();
  if (!follows && !inputs.empty()) {
    json["inputs"] = Json::array();
    for (int input : inputs) json["inputs"].push_back(reference(graph, input, model));
  }
  if (const std::optional<bool> training = graph.training(element)) json["training"] = *training;
}

Json write_element(const Graph& graph, const Graph::Element& element, int before) {
  Json json = Json::object();
  if (element.call > 0) {
    json["call"] = element.node >= 0 ? graph.own_name(element.node) : graph.own_name(graph.nested(element.nested));
  } else if (element.nested >= 0) {
    json["Model"] = write_model(graph, element.nested);
  } else {
    const Node& node = graph.node(element.node);
    const bool input = node.layer->type() == InputLayer::kType;
    Json arguments = input ? Json::object() : arguments_of(*node.layer);
    arguments["name"] = graph.own_name(element.node);
    if (!input && !node.layer->trainable()) arguments["trainable"] = false;
    json[node.layer->type()] = std::move(arguments);
    if (input) return json;
  }
  write_call(graph, element, before, json);
  return json;
}

// `model`: of the nested models, or -1.
Json write_model(const Graph& graph, int model) {
  Json json = {{"name", model < 0 ? graph.name() : graph.own_name(graph.nested(model))}, {"layers", Json::array()}};
  if (model < 0) {
    json["input_shape"] = Json::array();
    for (int64_t size : graph.input_shape()) json["input_shape"].push_back(size);
  }
  const bool sequential = model < 0 ? graph.sequential() : graph.nested(model).sequential;
  const std::vector<Graph::Element> elements = graph.elements(model);
  int before = -1;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0 || !sequential) json["layers"].push_back(write_element(graph, elements[i], before));
    const std::vector<int> outputs = graph.outputs(elements[i]);
    before = outputs.front();
  }
  const std::vector<int> outputs = model < 0 ? graph.outputs() : graph.nested(model).calls.front().outputs;
  if (model < 0 && graph.output() != outputs.front()) json["used_output"] = reference(graph, graph.output(), model);
  if (model < 0 && graph.training_output() != graph.output())
    json["training_output"] = reference(graph, graph.training_output(), model);
  if (outputs == std::vector<int>{before}) return json;
  if (outputs.size() == 1) {
    json["output"] = reference(graph, outputs[0], model);
    if (!json["output"].is_string()) json["output"] = Json::array({json["output"]});
  } else {
    json["output"] = Json::array();
    for (int output : outputs) json["output"].push_back(reference(graph, output, model));
  }
  return json;
}

}  // namespace

Json write_short(const Graph& graph) { return write_model(graph, -1); }

}  // namespace fovea
