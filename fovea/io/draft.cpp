#include "fovea/io/draft.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>

#include "fovea/base/names.h"
#include "fovea/io/tensor_match.h"
#include "fovea/layers/input.h"
#include "fovea/layers/registry.h"

namespace fovea {
namespace {

constexpr size_t kMostLayers = 10'000;
constexpr int kMostDepth = 30;  // of models inside models
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

// A layer's call. Number 0 is the model's input, which no layer makes.
struct Call {
  size_t layer = 0;
  const DraftCall* draft = nullptr;          // null: of the layer before
  std::vector<std::pair<size_t, int>> inputs;  // calls, and which of their outputs
};

class Calls {
 public:
  Calls(const Draft& draft, const std::string& where) : draft_(draft), where_(where) {
    first_[draft.input_name] = {0, 1};
    for (size_t i = 0; i < draft.layers.size(); ++i) {
      const DraftLayer& layer = draft.layers[i];
      const size_t count = layer.calls ? layer.calls->size() : 1;
      if (!first_.emplace(layer.name, Range{calls_.size(), count, layer.first_call}).second)
        throw file_error(where, "two layers are named \"{}\"; names must differ", layer.name);
      for (size_t k = 0; k < count; ++k) calls_.push_back({i, layer.calls ? &(*layer.calls)[k] : nullptr, {}});
    }
    used_.resize(calls_.size());
    for (size_t c = 1; c < calls_.size(); ++c) connect(calls_[c]);
    for (const TensorRef& ref : draft.outputs) outputs_.push_back(place_of(ref, where + ": output"));
    if (outputs_.empty()) outputs_.emplace_back(call_before(draft.layers.size()), 0);
    for (const auto& [call, output] : outputs_) used_[call] = true;
    if (!draft.training_output.layer.empty()) {
      training_output_ = place_of(draft.training_output, where + ": training_output");
      used_[training_output_->first] = true;
    }
    for (size_t c = 1; c < calls_.size(); ++c)
      if (!used_[c] && !another_is_used(calls_[c].layer))
        throw file_error(where + ": " + layer_of(c).name,
                         "nothing takes the layer's output, and it is not the model's (\"{}\" is)",
                         outputs_[0].first == 0 ? draft.input_name : layer_of(outputs_[0].first).name);
  }

  size_t size() const { return calls_.size(); }
  const Call& operator[](size_t call) const { return calls_[call]; }
  const std::vector<std::pair<size_t, int>>& outputs() const { return outputs_; }
  const std::optional<std::pair<size_t, int>>& training_output() const { return training_output_; }

  // An order in which calls come after their inputs: the file's own if it is one, else the closest to it.
  std::vector<size_t> order() const {
    std::vector<std::vector<size_t>> readers(calls_.size());
    std::vector<size_t> waits(calls_.size()), order;
    for (size_t c = 1; c < calls_.size(); ++c) {
      waits[c] = calls_[c].inputs.size();
      for (const auto& [input, output] : calls_[c].inputs) readers[input].push_back(c);
    }
    std::priority_queue<size_t, std::vector<size_t>, std::greater<>> ready;
    const auto done = [&](size_t call) {
      for (size_t reader : readers[call])
        if (--waits[reader] == 0) ready.push(reader);
    };
    done(0);
    while (!ready.empty()) {
      const size_t call = ready.top();
      ready.pop();
      order.push_back(call);
      done(call);
    }
    if (order.size() + 1 == calls_.size()) {
      std::erase_if(order, [&](size_t call) { return !used_[call]; });
      return order;
    }
    const auto stuck = std::find_if(waits.begin(), waits.end(), [](size_t n) { return n > 0; });
    throw file_error(where_ + ": " + layer_of(static_cast<size_t>(stuck - waits.begin())).name,
                     "the layer's inputs lead back to itself");
  }

 private:
  struct Range {
    size_t first = 0, count = 0;
    int numbered_from = 0;
  };

  // Of several calls those that nothing takes are no part of the model.
  bool another_is_used(size_t layer) const {
    const Range& range = first_.at(draft_.layers[layer].name);
    const auto first = used_.begin() + static_cast<std::ptrdiff_t>(range.first);
    return std::find(first, first + static_cast<std::ptrdiff_t>(range.count), true) !=
           first + static_cast<std::ptrdiff_t>(range.count);
  }

  const DraftLayer& layer_of(size_t call) const { return draft_.layers[calls_[call].layer]; }

  // The first call of the layer before a place in the list: what calls it once more stands in a place of its own.
  size_t call_before(size_t place) const { return place == 0 ? 0 : first_.at(draft_.layers[place - 1].name).first; }

  void connect(Call& call) {
    const std::string& name = draft_.layers[call.layer].name;
    if (call.draft == nullptr || call.draft->follows)
      call.inputs = {{call_before(call.layer), 0}};
    else
      for (const TensorRef& ref : call.draft->inputs) call.inputs.push_back(place_of(ref, where_ + ": " + name));
    if (call.inputs.empty()) throw file_error(where_ + ": " + name, "the layer has no inputs");
    for (const auto& [input, output] : call.inputs) used_[input] = true;
  }

  std::pair<size_t, int> place_of(const TensorRef& ref, const std::string& of) const {
    const auto at = first_.find(ref.layer);
    if (at == first_.end()) {
      std::vector<std::string> known;
      for (const auto& place : first_) known.push_back(place.first);
      throw file_error(of, "unknown layer {}{}", shown(ref.layer), did_you_mean(ref.layer, known));
    }
    const int call = ref.call - at->second.numbered_from;
    if (call < 0 || call >= static_cast<int>(at->second.count))
      throw file_error(of, "takes call {} of \"{}\", which is called {} times", ref.call, ref.layer, at->second.count);
    return {at->second.first + static_cast<size_t>(call), ref.output};
  }

  const Draft& draft_;
  const std::string& where_;
  std::vector<Call> calls_ = {Call{}};
  std::map<std::string, Range> first_;
  std::vector<bool> used_;
  std::vector<std::pair<size_t, int>> outputs_;
  std::optional<std::pair<size_t, int>> training_output_;
};

// `picture`: what comes in, or nothing where that is not known.
Shape input_shape_of(const Draft& draft, const std::string& where, const std::optional<Shape>& picture) {
  const std::string place = where + ": input_shape";
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

// Names are printed, and are parts of tensors' names.
void check_name(const std::string& name, const std::string& where) {
  const bool control =
      std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
  if (control || name.size() > 256)
    throw file_error(where, "a name must have no control characters and at most 256 bytes (got {})", shown(name));
}

void check_names(const Draft& draft, const std::string& where) {
  check_name(draft.name, where);
  check_name(draft.input_name, where);
  for (const DraftLayer& layer : draft.layers) check_name(layer.name, where);
}

// make_layer lets pass what Keras writes at its neutral value and no layer of ours has; written by hand that is a mistake.
void check_options(const DraftLayer& layer, const Layer& made) {
  const Json options = made.options();
  const std::vector<std::string> ignored = ignored_options(layer.config);
  std::vector<std::string> known;
  for (const auto& [key, value] : options.items()) known.push_back(key);
  for (const auto& [key, value] : layer.config.items())
    if (is_neutral(value) && !options.contains(key) && std::find(ignored.begin(), ignored.end(), key) == ignored.end())
      throw unknown_option(layer.where + ": " + layer.name, key, value, known);
}

// Whether an input layer remembers which of its sizes the architecture leaves to the data.
enum class OpenSizes { kept, fixed };

class Assembler {
 public:
  Assembler(const std::string& where, const ArchitectureOptions& options, UsedModels& used, OpenSizes open)
      : where_(where), options_(options), used_(used), open_(open) {}

  Graph assemble(Draft& draft) {
    graph_ = Graph(draft.name.empty() ? (draft.sequential ? "sequential" : "functional") : draft.name);
    graph_.set_sequential(draft.sequential);
    const std::vector<int> outputs = add(draft, where_, {}, {.trainable = draft.trainable});
    if (outputs.size() > 1) graph_.set_outputs(outputs);
    if (!draft.training_output.layer.empty()) graph_.set_training_output(training_output_);
    if (const int used = outputs[used_output(draft)]; used != graph_.size() - 1) graph_.set_output(used);
    return std::move(graph_);
  }

 private:
  // What a model hands down to the models inside it.
  struct Inherited {
    bool trainable = true;
    int depth = 0;
  };

  // Which of the outputs predicts and is trained.
  size_t used_output(const Draft& draft) const {
    if (draft.used_output.layer.empty()) return 0;
    const auto at = std::find(draft.outputs.begin(), draft.outputs.end(), draft.used_output);
    if (at == draft.outputs.end())
      throw file_error(where_ + ": used_output", "is none of the model's outputs (got {})", shown(draft.used_output.layer));
    return static_cast<size_t>(at - draft.outputs.begin());
  }

  // Adds a model's layers behind the nodes that are its input, and returns its outputs.
  std::vector<int> add(Draft& draft, const std::string& where, std::vector<int> input, const Inherited& inherited) {
    if (draft.layers.empty()) throw file_error(where, "the model has no layers");
    if (draft.layers.size() > kMostLayers)
      throw file_error(where, "the model has too many layers (got {}, expected at most {})", draft.layers.size(),
                       kMostLayers);
    if (inherited.depth > kMostDepth)
      throw file_error(where, "models stand too deep inside one another (expected at most {} levels)", kMostDepth);
    check_names(draft, where);
    name_layers(draft);
    const Calls calls(draft, where);
    const std::optional<Shape> given = input.empty() ? options_.picture_shape : graph_.node(input[0]).shape;
    auto first = std::make_shared<InputLayer>(
        InputLayerOptions{.shape = input_shape_of(draft, where, given), .name = draft.input_name, .open = open_axes(draft)});
    std::vector<std::vector<int>> nodes(calls.size());  // of every call: its outputs
    nodes[0] = {graph_.add(std::move(first), std::move(input))};
    std::map<size_t, int> made;  // layer -> node, or nested model
    for (size_t c : calls.order()) {
      std::vector<int> sources;
      for (const auto& [call, output] : calls[c].inputs) {
        const auto& outputs = nodes[call];
        if (output < 0 || output >= static_cast<int>(outputs.size()))
          throw file_error(where + ": " + draft.layers[calls[c].layer].name, "takes output {} of a layer that has {}", output,
                           outputs.size());
        sources.push_back(outputs[static_cast<size_t>(output)]);
      }
      nodes[c] = call(draft.layers[calls[c].layer], calls[c], std::move(sources), made, inherited);
      if (graph_.size() > static_cast<int>(kMostLayers) + 1)
        throw file_error(where, "the model has too many layers (expected at most {})", kMostLayers);
    }
    const auto node_of = [&](const std::pair<size_t, int>& place) {
      const auto& [call, output] = place;
      if (output < 0 || output >= static_cast<int>(nodes[call].size()))
        throw file_error(where + ": output", "takes output {} of a layer that has {}", output, nodes[call].size());
      return nodes[call][static_cast<size_t>(output)];
    };
    if (calls.training_output()) training_output_ = node_of(*calls.training_output());
    std::vector<int> outputs;
    for (const auto& place : calls.outputs()) outputs.push_back(node_of(place));
    return outputs;
  }

  std::vector<int> call(DraftLayer& layer, const Call& call, std::vector<int> sources, std::map<size_t, int>& made,
                        const Inherited& inherited) {
    const std::optional<bool> training = call.draft != nullptr ? call.draft->training : std::nullopt;
    const auto at = made.find(call.layer);
    if (layer.model != nullptr) {
      if (sources.size() != 1)
        throw file_error(layer.where, "the model takes one input (got {})", sources.size());
      if (at != made.end()) return graph_.call_nested(at->second, sources[0], training);
      made[call.layer] = graph_.enter(layer.name, layer.model->sequential, training);
      const bool trainable = inherited.trainable && layer.model->trainable;
      std::vector<int> outputs = add(*layer.model, layer.where, std::move(sources),
                                     {.trainable = trainable, .depth = inherited.depth + 1});
      graph_.leave(outputs);
      return outputs;
    }
    if (!layer.use.empty()) {
      if (sources.size() != 1) throw file_error(layer.where, "the model takes one input (got {})", sources.size());
      if (at != made.end()) return graph_.call_nested(at->second, sources[0], training);
      return use(layer, made[call.layer], sources[0], training, inherited);
    }
    if (at != made.end()) return {graph_.call(at->second, std::move(sources), training)};
    if (layer.type == InputLayer::kType)
      throw file_error(layer.where, "a second input layer; models of several inputs cannot be had");
    layer.config["name"] = layer.name;
    auto made_layer = make_layer(layer.type, layer.config, layer.where);
    if (layer.by_hand) check_options(layer, *made_layer);
    if (!inherited.trainable) made_layer->set_trainable(false);
    const int node = made[call.layer] = graph_.add(made_layer, std::move(sources), training);
    for (const ParameterSpec& spec : made_layer->parameters(graph_.node(node).input_shapes))
      parameters_ += spec.shape.elements();
    if (parameters_ > kMostParameters)
      throw file_error(where_, "the model has too many parameters (expected at most {})", kMostParameters);
    return {node};
  }

  std::vector<int> use(const DraftLayer& layer, int& nested, int source, std::optional<bool> training,
                       const Inherited& inherited) {
    if (!options_.use) throw file_error(layer.where, "a model by name cannot be had here (got {})", shown(layer.use));
    Model model = options_.use(layer.use, layer.weights, graph_.node(source).shape);
    for (const Node& node : model.graph().nodes())
      if (!layer.trainable || !inherited.trainable) node.layer->set_trainable(false);
    nested = static_cast<int>(graph_.nested().size());
    const std::vector<int> outputs = graph_.add_nested(model.graph(), layer.name, source, training);
    used_.emplace_back(graph_.nested(nested).path, std::move(model));
    return outputs;
  }

  std::vector<int> open_axes(const Draft& draft) const {
    std::vector<int> axes;
    if (open_ == OpenSizes::fixed) return axes;
    // Channels are part of the weights.
    for (size_t i = 0; draft.input_shape.is_array() && i + 1 < draft.input_shape.size(); ++i)
      if (draft.input_shape[i].is_null()) axes.push_back(static_cast<int>(i));
    return axes;
  }

  const std::string& where_;
  const ArchitectureOptions& options_;
  UsedModels& used_;
  OpenSizes open_;
  Graph graph_;
  int64_t parameters_ = 0;
  int training_output_ = -1;
};

// Whether the weights serve pictures of other sizes too: a Dense behind a Flatten has as many as there are cells.
bool fits_other_sizes(Draft draft, const std::string& where, ArchitectureOptions options, const Graph& graph) {
  constexpr int64_t kLarger = 32;
  Shape shape = graph.input_shape();
  for (int axis : static_cast<const InputLayer&>(*graph.node(graph.input()).layer).get().open) shape[axis] += kLarger;
  options.picture_shape = shape;
  try {
    UsedModels used;
    const Graph other = Assembler(where, options, used, OpenSizes::kept).assemble(draft);
    const std::vector<TensorEntry> ours = tensors_of(graph), theirs = tensors_of(other);
    return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(), [](const TensorEntry& a, const TensorEntry& b) {
      return a.name == b.name && a.shape == b.shape;
    });
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

Graph assemble(Draft draft, const std::string& where, const ArchitectureOptions& options, UsedModels& used) {
  const Draft original = draft;
  Graph graph = Assembler(where, options, used, OpenSizes::kept).assemble(draft);
  const auto& input = static_cast<const InputLayer&>(*graph.node(graph.input()).layer);
  if (input.get().open.empty() || fits_other_sizes(original, where, options, graph)) return graph;
  used.clear();
  draft = original;
  return Assembler(where, options, used, OpenSizes::fixed).assemble(draft);
}

TensorRef read_reference(const Json& json, const std::string& where) {
  if (!json.is_array() || json.size() < 3 || !json[0].is_string() || !json[1].is_number_integer() ||
      !json[2].is_number_integer())
    throw file_error(where, "cannot be (got {}, expected [\"layer\", call, output])", shown(json));
  const auto number = [&](const Json& value) {
    const auto n = value.get<int64_t>();
    if (n < 0 || n > 1'000'000) throw file_error(where, "cannot be (got {}, expected counts)", shown(json));
    return static_cast<int>(n);
  };
  return {json[0].get<std::string>(), number(json[1]), number(json[2])};
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
