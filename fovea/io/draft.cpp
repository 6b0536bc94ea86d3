#include "fovea/io/draft.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>

#include "fovea/base/names.h"
#include "fovea/layers/input.h"
#include "fovea/layers/registry.h"

namespace fovea {
namespace {

constexpr size_t kMostLayers = 10'000;
// Numbers in all parameters together: 16 GiB.
constexpr int64_t kMostParameters = int64_t{1} << 32;

// Layers without a name get Keras's, counted within the model, around the names that others bear.
void name_layers(Draft& draft) {
  std::set<std::string> used = {draft.input_name};
  for (const DraftLayer& layer : draft.layers) used.insert(layer.name);
  std::map<std::string, int> next;
  const auto automatic = [&](const std::string& type) {
    const std::string prefix = snake_case(type);
    while (true) {
      const int i = next[prefix]++;
      std::string name = i == 0 ? prefix : prefix + "_" + std::to_string(i);
      if (used.insert(name).second) return name;
    }
  };
  if (draft.input_name.empty()) draft.input_name = automatic(InputLayer::kType);
  for (DraftLayer& layer : draft.layers)
    if (layer.name.empty()) layer.name = automatic(layer.type);
}

// Places of every layer's inputs: 0 is the input layer, i + 1 the i-th of draft.layers.
std::vector<std::vector<size_t>> inputs_of(const Draft& draft, const std::string& where) {
  std::map<std::string, size_t> places = {{draft.input_name, 0}};
  for (size_t i = 0; i < draft.layers.size(); ++i)
    if (!places.emplace(draft.layers[i].name, i + 1).second)
      throw file_error(where, "two layers are named \"{}\"; names must differ", draft.layers[i].name);
  const auto place_of = [&](const std::string& name, const std::string& of) {
    const auto at = places.find(name);
    if (at != places.end()) return at->second;
    std::vector<std::string> known;
    for (const auto& place : places) known.push_back(place.first);
    throw file_error(of, "unknown layer {}{}", shown(name), did_you_mean(name, known));
  };
  std::vector<std::vector<size_t>> inputs(draft.layers.size());
  std::vector<bool> used(draft.layers.size() + 1);
  for (size_t i = 0; i < draft.layers.size(); ++i) {
    const DraftLayer& layer = draft.layers[i];
    if (!layer.inputs)
      inputs[i] = {i};
    else
      for (const std::string& name : *layer.inputs) inputs[i].push_back(place_of(name, where + ": " + layer.name));
    if (inputs[i].empty()) throw file_error(where + ": " + layer.name, "the layer has no inputs");
    for (size_t input : inputs[i]) used[input] = true;
  }
  const size_t output = draft.output.empty() ? draft.layers.size() : place_of(draft.output, where + ": output");
  for (size_t i = 0; i < draft.layers.size(); ++i)
    if (!used[i + 1] && i + 1 != output)
      throw file_error(where + ": " + draft.layers[i].name,
                       "nothing takes the layer's output, and it is not the model's (\"{}\" is)",
                       output == 0 ? draft.input_name : draft.layers[output - 1].name);
  return inputs;
}

// An order in which layers come after their inputs: the file's own if it is one, else the closest to it.
std::vector<size_t> order_of(const Draft& draft, const std::vector<std::vector<size_t>>& inputs,
                             const std::string& where) {
  std::vector<std::vector<size_t>> readers(inputs.size() + 1);
  std::vector<size_t> waits(inputs.size()), order;
  for (size_t i = 0; i < inputs.size(); ++i) {
    waits[i] = inputs[i].size();
    for (size_t input : inputs[i]) readers[input].push_back(i);
  }
  std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
  const auto done = [&](size_t place) {
    for (size_t i : readers[place])
      if (--waits[i] == 0) ready.push(i);
  };
  done(0);
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    done(order.back() + 1);
  }
  if (order.size() == inputs.size()) return order;
  const auto stuck = std::find_if(waits.begin(), waits.end(), [](size_t n) { return n > 0; });
  throw file_error(where + ": " + draft.layers[static_cast<size_t>(stuck - waits.begin())].name,
                   "the layer's inputs lead back to itself");
}

Shape input_shape_of(const Draft& draft, const std::string& where, const ArchitectureOptions& options) {
  const std::string place = where + ": input_shape";
  const std::optional<Shape>& picture = options.picture_shape;
  if (draft.input_shape.is_null()) {
    if (picture) return *picture;
    throw file_error(place, "the model does not say its input's shape (expected one such as [32, 32, 3], or data)");
  }
  if (!draft.input_shape.is_array() || draft.input_shape.empty() || draft.input_shape.size() > 4)
    throw file_error(place, "cannot be (got {}, expected a list such as [32, 32, 3])", shown(draft.input_shape));
  Json sizes = Json::array({nullptr});
  for (size_t i = 0; i < draft.input_shape.size(); ++i) {
    const Json& size = draft.input_shape[i];
    if (!size.is_null()) {
      sizes.push_back(size);
    } else if (picture && picture->rank() == static_cast<int>(draft.input_shape.size())) {
      sizes.push_back((*picture)[static_cast<int>(i)]);
    } else if (picture) {
      throw file_error(place, "got {}, which does not fit the data's pictures of shape {}", shown(draft.input_shape),
                       to_string(*picture));
    } else {
      throw file_error(place, "got {}, which leaves a size open (expected sizes that are known, or data)",
                       shown(draft.input_shape));
    }
  }
  Shape shape;
  read_field(sizes, shape, place);
  double elements = 1;
  for (int64_t size : shape) elements *= static_cast<double>(size);
  if (elements > 2147483648.0) throw file_error(place, "got {}, which is too large", to_string(shape));
  return shape;
}

// layer(x, training=False) makes a normalisation use its moving statistics, and training=True a dropout drop at all
// times. Where the argument changes nothing it means nothing.
void check_training_argument(const DraftLayer& draft, const Layer& layer, const std::string& where) {
  if (layer.identity_in_inference() || layer.batch_coupled())
    throw file_error(where + ": " + layer.name(),
                     "the layer is called with training={}, which cannot be had yet; build the model without it",
                     *draft.training ? "True" : "False");
}

// Names are printed, and are parts of tensors' names.
void check_name(const std::string& name, const std::string& where) {
  const bool control =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
  if (control || name.size() > 256)
    throw file_error(where, "a name must have no control characters and at most 256 bytes (got {})", shown(name));
}

Graph build(Draft& draft, const std::string& where, const ArchitectureOptions& options) {
  if (draft.layers.empty()) throw file_error(where, "the model has no layers");
  if (draft.layers.size() > kMostLayers)
    throw file_error(where, "the model has too many layers (got {}, expected at most {})", draft.layers.size(),
                     kMostLayers);
  check_name(draft.name, where);
  check_name(draft.input_name, where);
  for (const DraftLayer& layer : draft.layers) check_name(layer.name, where);
  name_layers(draft);
  const auto inputs = inputs_of(draft, where);
  const auto order = order_of(draft, inputs, where);

  Graph graph(draft.name.empty() ? (draft.sequential ? "sequential" : "functional") : draft.name);
  graph.set_sequential(draft.sequential);
  std::vector<int> nodes(draft.layers.size() + 1);
  nodes[0] = graph.add(std::make_shared<InputLayer>(
                           InputLayerOptions{.shape = input_shape_of(draft, where, options), .name = draft.input_name}),
                       {});
  int64_t parameters = 0;
  for (size_t i : order) {
    DraftLayer& from = draft.layers[i];
    if (from.type == InputLayer::kType)
      throw file_error(from.where, "a second input layer; models of several inputs cannot be had yet");
    from.config["name"] = from.name;
    auto layer = make_layer(from.type, from.config, from.where);
    if (from.training) check_training_argument(from, *layer, where);
    std::vector<int> sources;
    for (size_t input : inputs[i]) sources.push_back(nodes[input]);
    nodes[i + 1] = graph.add(layer, std::move(sources));
    const Node& node = graph.node(nodes[i + 1]);
    for (const ParameterSpec& spec : layer->parameters(node.input_shapes)) parameters += spec.shape.elements();
    if (parameters > kMostParameters)
      throw file_error(where, "the model has too many parameters (expected at most {})", kMostParameters);
  }
  if (!draft.output.empty() && draft.output != graph.nodes().back().layer->name())
    graph.set_output(graph.find(draft.output));
  return graph;
}

}  // namespace

Graph assemble(Draft draft, const std::string& where, const ArchitectureOptions& options) {
  return build(draft, where, options);
}

const Json* member(const Json& json, const char* key) {
  if (!json.is_object()) return nullptr;
  const auto at = json.find(key);
  return at == json.end() ? nullptr : &*at;
}

std::string text_member(const Json& json, const char* key, const std::string& where) {
  const Json* value = member(json, key);
  if (value == nullptr || !value->is_string())
    throw file_error(where, "expected \"{}\", a text (got {})", key, value == nullptr ? "none" : shown(*value));
  return value->get<std::string>();
}

Json without_batch(const Json* shape, const std::string& where) {
  if (shape == nullptr || shape->is_null()) return nullptr;
  if (!shape->is_array() || shape->empty())
    throw file_error(where, "cannot be (got {}, expected a shape such as [null, 32, 32, 3])", shown(*shape));
  return Json(shape->begin() + 1, shape->end());
}

}  // namespace fovea
