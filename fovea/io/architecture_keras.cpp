// Architectures as Keras 2 and 3 write them: to_json() of Sequential and Functional models.
//
//   Keras 2  {"class_name": "Sequential", "config": [LAYER, …]} or {…, "config": {"name": …, "layers": [LAYER, …]}}
//   Keras 3  the same, each LAYER with "module", "registered_name" and "build_config"
//   LAYER    {"class_name": "Conv2D", "config": {"name": …, …}}, of a Functional model also "name" and "inbound_nodes",
//            one entry a call:
//     Keras 2  [["conv2d", node, tensor, {ARGUMENTS}], …]
//     Keras 3  {"args": [TENSOR or [TENSOR, …]], "kwargs": {…}}, TENSOR has "keras_history": ["conv2d", node, tensor]

#include <algorithm>
#include <map>

#include "fovea/io/draft.h"
#include "fovea/io/keras_1.h"
#include "fovea/layers/input.h"
#include "fovea/layers/registry.h"

namespace fovea {
namespace {

// Refuses what no layer of ours stands for, with what the class is where that is known.
void check_class(const std::string& type, const Json& json, const std::string& where) {
  const auto known = layer_types();
  const Json* registered = member(json, "registered_name");
  const bool custom = registered != nullptr && registered->is_string() &&
                      registered->get_ref<const std::string&>().find('>') != std::string::npos;
  if (custom) throw file_error(where, "a class of the user's own cannot be read (got {})", shown(*registered));
  if (std::find(known.begin(), known.end(), type) != known.end()) return;
  if (type == "Lambda")
    throw file_error(where,
                     "a Lambda holds Python code, which cannot be read; use layers such as Rescaling or Activation");
  if (type == "TFOpLambda" || type == "SlicingOpLambda" || type == "TensorFlowOpLayer")
    throw file_error(where, "a TensorFlow operation ({}) cannot be read; use a layer such as Add or Rescaling",
                     shown(type));
  // The list of classes and near misses is the factory's.
  make_layer(type, Json::object(), where);
}

// ---- references to tensors

bool is_history(const Json& json) { return json.is_array() && !json.empty() && json[0].is_string(); }

// ref, [ref, …] or {"name": ref, …}: the inputs or outputs of a model.
std::vector<TensorRef> read_references(const Json* json, const std::string& key, const std::string& where) {
  if (json == nullptr) throw file_error(where, "expected \"{}\"", key);
  if (is_history(*json)) return {read_reference(*json, where + ": " + key)};
  if (!json->is_array() && !json->is_object())
    throw file_error(where + ": " + key, "cannot be (got {}, expected [\"layer\", 0, 0])", shown(*json));
  std::vector<TensorRef> references;
  for (const Json& one : *json)
    for (TensorRef& reference : read_references(&one, key, where)) references.push_back(std::move(reference));
  return references;
}

std::string only_input(const Json& config, const std::string& where) {
  const auto inputs = read_references(member(config, "input_layers"), "input_layers", where);
  if (inputs.size() != 1)
    throw file_error(where, "models of one input can be had (got {} input_layers)", inputs.size());
  return inputs[0].layer;
}

// Keras 3 writes what a call was traced with (a Dropout's training=False), and runs the model with its own; Keras 2
// keeps to the call's.
enum class Training { of_the_model, of_the_call };

void read_arguments(const Json& arguments, Training training, const std::string& where, DraftCall& call) {
  if (!arguments.is_object()) throw file_error(where, "a call's arguments must be an object (got {})", shown(arguments));
  for (const auto& [key, value] : arguments.items()) {
    if (value.is_null()) continue;
    if (key != "training" || !(value.is_boolean() || value == 0 || value == 1))
      throw file_error(where, "is called with {}={}, which cannot be had", shown(key), shown(value));
    if (training == Training::of_the_call) call.training = value.is_boolean() ? value.get<bool>() : value == 1;
  }
}

void read_tensors(const Json& json, const std::string& where, DraftCall& call) {
  if (json.is_array()) {
    for (const Json& one : json) read_tensors(one, where, call);
    return;
  }
  const Json* config = member(json, "config");
  const Json* history = config == nullptr ? nullptr : member(*config, "keras_history");
  if (history == nullptr) throw file_error(where, "is called with {}, expected outputs of layers", shown(json));
  call.inputs.push_back(read_reference(*history, where));
}

DraftCall read_call(const Json& json, const std::string& where) {
  DraftCall call;
  if (json.is_object()) {
    const Json *args = member(json, "args"), *kwargs = member(json, "kwargs");
    if (args == nullptr) throw file_error(where, "a call without \"args\" (got {})", shown(json));
    read_tensors(*args, where, call);
    if (kwargs != nullptr) read_arguments(*kwargs, Training::of_the_model, where, call);
    // Beside them, where Keras looks at nothing: what a model of fovea's fixes.
    if (const Json* fixed = member(json, "training"); fixed != nullptr && fixed->is_boolean())
      call.training = fixed->get<bool>();
    return call;
  }
  if (!json.is_array()) throw file_error(where, "cannot be (got {}, expected a call's inputs)", shown(json));
  const auto read = [&](const Json& one) {
    call.inputs.push_back(read_reference(one, where));
    if (one.size() > 3) read_arguments(one[3], Training::of_the_call, where, call);
  };
  if (is_history(json))
    read(json);
  else
    for (const Json& one : json) read(one);
  return call;
}

// A model's own call from its input to its output counts as its first where it was built before it was called: then
// references to it begin with 1. Whether it does differs between versions; every call of a model in a file is used.
void number_calls(Draft& draft) {
  std::map<std::string, int> largest;
  const auto look = [&](const TensorRef& ref) { largest[ref.layer] = std::max(largest[ref.layer], ref.call); };
  for (const DraftLayer& layer : draft.layers)
    for (const DraftCall& call : *layer.calls)
      for (const TensorRef& ref : call.inputs) look(ref);
  for (const TensorRef& ref : draft.outputs) look(ref);
  for (DraftLayer& layer : draft.layers)
    if (layer.model != nullptr && largest[layer.name] == static_cast<int>(layer.calls->size())) layer.first_call = 1;
}

// ---- layers

bool is_model(const std::string& type) {
  return type == "Sequential" || type == "Functional" || type == "Model";
}

Draft read_model(const Json& json, const std::string& where);

DraftLayer read_layer(const Json& json, const std::string& where) {
  DraftLayer layer;
  layer.type = text_member(json, "class_name", where);
  const Json* config = member(json, "config");
  const bool model = is_model(layer.type);
  if (config == nullptr || !(config->is_object() || (model && config->is_array())))
    throw file_error(where, "a layer's \"config\" must be an object (got {})",
                     config == nullptr ? "none" : shown(*config));
  if (member(*config, "name") != nullptr) layer.name = text_member(*config, "name", where);
  if (member(json, "name") != nullptr) layer.name = text_member(json, "name", where);
  layer.where = layer.name.empty() ? where : where + ": " + layer.name;
  if (model) {
    layer.model = std::make_shared<Draft>(read_model(json, layer.where));
    return layer;
  }
  layer.config = *config;
  if (is_keras_1(layer.type, layer.config)) read_keras_1(layer.type, layer.config, layer.where);
  check_class(layer.type, json, layer.where);
  return layer;
}

// The shape that an input layer has, or Keras 2's first layer.
Json declared_shape(const DraftLayer& layer) {
  for (const char* key : {"batch_shape", "batch_input_shape"})
    if (const Json* shape = member(layer.config, key)) return without_batch(shape, layer.where);
  return nullptr;
}

const Json& layers_of(const Json& config, const std::string& where) {
  const Json* layers = config.is_array() ? &config : member(config, "layers");
  if (layers == nullptr || !layers->is_array())
    throw file_error(where, "the model's config has no list of layers (got {})", shown(config));
  return *layers;
}

void read_sequential(const Json& json, const Json& config, const std::string& where, Draft& draft) {
  const Json& layers = layers_of(config, where);
  for (size_t i = 0; i < layers.size(); ++i) {
    DraftLayer layer = read_layer(layers[i], fmt::format("{}: layers[{}]", where, i));
    const Json* build = member(layers[i], "build_config");
    if (i == 0 && layer.model != nullptr) draft.input_shape = layer.model->input_shape;
    if (i == 0 && layer.model == nullptr) draft.input_shape = declared_shape(layer);
    if (i == 0 && draft.input_shape.is_null() && build != nullptr && member(*build, "input_shape") != nullptr)
      draft.input_shape = without_batch(member(*build, "input_shape"), layer.where);
    if (i == 0 && layer.type == InputLayer::kType)
      draft.input_name = layer.name;
    else
      draft.layers.push_back(std::move(layer));
  }
  const Json* build = member(json, "build_config");
  const Json* built[] = {member(config, "build_input_shape"),
                         build == nullptr ? nullptr : member(*build, "input_shape")};
  for (const Json* shape : built)
    if (draft.input_shape.is_null() && shape != nullptr) draft.input_shape = without_batch(shape, where);
}

void read_functional(const Json& config, const std::string& where, Draft& draft) {
  draft.sequential = false;
  draft.input_name = only_input(config, where);
  draft.outputs = read_references(member(config, "output_layers"), "output_layers", where);
  if (const Json* used = member(config, "used_output")) draft.used_output = read_reference(*used, where + ": used_output");
  if (const Json* training = member(config, "training_output"))
    draft.training_output = read_reference(*training, where + ": training_output");
  const Json& layers = layers_of(config, where);
  bool input_seen = false;
  for (size_t i = 0; i < layers.size(); ++i) {
    DraftLayer layer = read_layer(layers[i], fmt::format("{}: layers[{}]", where, i));
    if (layer.name.empty()) throw file_error(layer.where, "a layer of a Functional model must have a name");
    const Json* calls = member(layers[i], "inbound_nodes");
    if (calls != nullptr && !calls->is_array())
      throw file_error(layer.where, "\"inbound_nodes\" must be a list (got {})", shown(*calls));
    const size_t count = calls == nullptr ? 0 : calls->size();
    if (layer.type == InputLayer::kType) {
      if (input_seen || layer.name != draft.input_name)
        throw file_error(layer.where, "a second input layer; models of several inputs cannot be had");
      if (count > 0) throw file_error(layer.where, "an input layer takes no inputs");
      draft.input_shape = declared_shape(layer);
      input_seen = true;
      continue;
    }
    layer.calls.emplace();
    for (size_t call = 0; call < count; ++call) layer.calls->push_back(read_call((*calls)[call], layer.where));
    if (count == 0) throw file_error(layer.where, "the layer is never called");
    draft.layers.push_back(std::move(layer));
  }
  if (!input_seen) throw file_error(where, "the model's input layer {} is not in its list", shown(draft.input_name));
  number_calls(draft);
}

// Keras 1 and 2 mean min(max(x / 5 + 1 / 2, 0), 1), which no layer of ours computes.
void refuse_older_hard_sigmoid(const Draft& draft) {
  for (const DraftLayer& layer : draft.layers) {
    if (layer.model != nullptr) refuse_older_hard_sigmoid(*layer.model);
    if (const Json* activation = member(layer.config, "activation"); activation != nullptr && *activation == "hard_sigmoid")
      throw file_error(layer.where, "the hard_sigmoid of Keras 1 and 2 is another function than Keras 3's, and cannot be had");
  }
}

Draft read_model(const Json& json, const std::string& where) {
  const std::string type = text_member(json, "class_name", where);
  const Json* config = member(json, "config");
  if (config == nullptr) throw file_error(where, "the model has no \"config\"");
  Draft draft;
  if (member(*config, "name") != nullptr) draft.name = text_member(*config, "name", where);
  if (const Json* trainable = member(*config, "trainable"); trainable != nullptr && *trainable == false)
    draft.trainable = false;
  if (type == "Sequential") {
    read_sequential(json, *config, where, draft);
  } else if (is_model(type)) {
    read_functional(*config, where, draft);
  } else {
    throw file_error(where, "a model of class {} cannot be built from its config (expected Sequential or Functional)",
                     shown(type));
  }
  return draft;
}

}  // namespace

Draft read_keras_draft(const Json& json, const std::string& where) {
  Draft draft = read_model(json, where);
  if (const Json* version = member(json, "keras_version"); version != nullptr && version->is_string())
    if (const std::string text = *version, major = text.substr(0, text.find('.')); major == "1" || major == "2")
      refuse_older_hard_sigmoid(draft);
  return draft;
}

}  // namespace fovea
