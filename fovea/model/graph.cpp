#include "fovea/model/graph.h"

#include <algorithm>
#include <cassert>
#include <cctype>
#include <utility>

namespace fovea {
namespace {

// Tensors above this are refused: a network from a file may ask for anything, and products of sizes must fit 63 bits.
constexpr int64_t kMostElements = int64_t{1} << 31;

bool too_large(const Shape& shape) {
  int64_t elements = 1;
  for (int64_t size : shape) {
    if (size > 0 && elements > kMostElements / size) return true;
    elements *= size;
  }
  return false;
}

}  // namespace

std::string snake_case(const std::string& class_name) {
  const auto upper = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  const auto lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; };
  // First an underscore before a capital that lower-case letters follow, then between lower case or digit and capital.
  std::string split;
  for (size_t i = 0; i < class_name.size(); ++i) {
    if (i > 0 && upper(class_name[i]) && i + 1 < class_name.size() && lower(class_name[i + 1])) split += '_';
    split += class_name[i];
  }
  std::string name;
  for (size_t i = 0; i < split.size(); ++i) {
    if (i > 0 && upper(split[i]) && lower(split[i - 1])) name += '_';
    name += split[i];
  }
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

bool Graph::is_used(const std::string& path) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.layer->name() == path; }) ||
         std::any_of(nested_.begin(), nested_.end(), [&](const NestedModel& n) { return n.path == path; });
}

int Graph::add(std::shared_ptr<Layer> layer, std::vector<int> inputs, std::optional<bool> training) {
  const std::string prefix = open_ < 0 ? "" : nested(open_).path + "/";
  if (layer->name().size() > 256)
    throw usage_error(name_, "a layer's name must have at most 256 characters (got \"{}…\")", layer->name().substr(0, 60));
  if (layer->name().empty()) {
    const std::string automatic = prefix + snake_case(layer->type());
    std::string name = automatic;
    for (int i = 1; is_used(name); ++i) name = automatic + "_" + std::to_string(i);
    layer->set_name(name);
  } else {
    if (is_used(prefix + layer->name()))
      throw usage_error(open_ < 0 ? name_ : nested(open_).path, "two layers are named \"{}\"; names must differ",
                        layer->name());
    layer->set_name(prefix + layer->name());
  }
  return append({.layer = std::move(layer), .inputs = std::move(inputs), .owner = size(), .own_training = training});
}

int Graph::call(int first, std::vector<int> inputs, std::optional<bool> training) {
  const Node& owner = node(node(first).owner);
  Node again{.layer = owner.layer, .inputs = std::move(inputs), .owner = owner.owner, .own_training = training};
  again.call = static_cast<int>(
      std::count_if(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.owner == again.owner; }));
  return append(std::move(again));
}

// What the calls of models that are open fix, the innermost before others.
std::optional<bool> Graph::training_around() const {
  for (int model = open_; model >= 0; model = nested(model).parent)
    if (const std::optional<bool> training = nested(model).calls.back().training) return training;
  return {};
}

// What adding and calling have in common: shapes, bounds, and where the node belongs.
int Graph::append(Node node) {
  const std::string& name = node.layer->name();
  if (node.inputs.empty() != nodes_.empty())
    throw usage_error(name, "{}", nodes_.empty() ? "the first layer must be an input" : "the layer has no inputs");
  for (int input : node.inputs) {
    if (input < 0 || input >= size()) throw usage_error(name, "an input is not a layer of this model");
    node.input_shapes.push_back(nodes_[static_cast<size_t>(input)].shape);
  }
  node.shape = node.layer->infer(node.input_shapes);
  if (too_large(node.shape))
    throw usage_error(name, "the output of shape {} is too large (expected at most {} numbers a picture)",
                      to_string(node.shape), kMostElements);
  const std::vector<ParameterSpec> specs = node.layer->parameters(node.input_shapes);
  for (const ParameterSpec& spec : specs) {
    if (too_large(spec.shape))
      throw usage_error(name, "{} of shape {} is too large (expected at most {} numbers)", spec.name,
                        to_string(spec.shape), kMostElements);
    spec.constraint.check(spec.shape, name + ": " + spec.name + "_constraint");
  }
  if (node.owner != size()) {
    const std::vector<ParameterSpec> first = node.layer->parameters(this->node(node.owner).input_shapes);
    for (size_t i = 0; i < specs.size(); ++i)
      if (!(first[i].shape == specs[i].shape))
        throw usage_error(name, "the layer is shared, but an input of shape {} does not fit its {} of shape {}",
                          to_string(node.input_shapes[0]), specs[i].name, to_string(first[i].shape));
  }
  node.nested = open_;
  node.training = node.own_training ? node.own_training : training_around();
  if (open_ < 0) {
    const bool follows = node.inputs == std::vector<int>{last_} && node.call == 0 && !node.training;
    if (!node.inputs.empty() && !follows) sequential_ = false;
    last_ = size();
  }
  nodes_.push_back(std::move(node));
  return size() - 1;
}

int Graph::enter(const std::string& name, bool sequential, std::optional<bool> training) {
  const std::string path = open_ < 0 ? name : nested(open_).path + "/" + name;
  if (name.empty() || is_used(path))
    throw usage_error(open_ < 0 ? name_ : nested(open_).path, "two layers are named \"{}\"; names must differ", name);
  nested_.push_back({.path = path, .sequential = sequential, .parent = open_, .calls = {}});
  open_ = static_cast<int>(nested_.size()) - 1;
  nested_.back().calls.push_back({.first = size(), .training = training});
  return open_;
}

std::vector<int> Graph::call_nested(int model, int input, std::optional<bool> training) {
  std::map<int, int> twins;
  const NestedModel::Call first = nested(model).calls.front();
  return repeat(model, first, input, training, twins);
}

// Calls again what one call of a nested model called. `twins`: nodes of that call -> nodes of this one.
std::vector<int> Graph::repeat(int model, const NestedModel::Call& call, int input, std::optional<bool> training,
                               std::map<int, int>& twins) {
  nested_[static_cast<size_t>(model)].calls.push_back({.first = size(), .training = training});
  const int outside = std::exchange(open_, model);
  for (int i = call.first; i < call.last;) {
    std::vector<int> inputs = {input};
    if (i != call.first) {
      inputs = node(i).inputs;
      for (int& source : inputs) source = twins.at(source);
    }
    if (node(i).nested == model) {
      twins[i] = this->call(i, std::move(inputs), node(i).own_training);
      ++i;
      continue;
    }
    const int inner = child(node(i).nested, model);
    const NestedModel::Call again = nested(inner).calls[static_cast<size_t>(call_with(inner, i))];
    repeat(inner, again, inputs[0], again.training, twins);
    i = again.last;
  }
  std::vector<int> outputs = call.outputs;
  for (int& output : outputs) output = twins.at(output);
  leave(outputs);
  assert(open_ == outside);
  open_ = outside;
  return outputs;
}

void Graph::leave(std::vector<int> outputs) {
  NestedModel& model = nested_[static_cast<size_t>(open_)];
  model.calls.back().last = size();
  open_ = model.parent;
  if (open_ < 0) {
    const Node& first = node(model.calls.back().first);
    if (first.inputs != std::vector<int>{last_} || model.calls.size() > 1 || model.calls.back().training)
      sequential_ = false;
    last_ = outputs.front();
  }
  model.calls.back().outputs = std::move(outputs);
}

std::vector<int> Graph::add_nested(const Graph& other, const std::string& name, int input,
                                   std::optional<bool> training) {
  std::map<int, int> twins, models;
  return copy_model(other, -1, name, input, training, twins, models);
}

// `twins`: nodes of the other graph -> nodes of this one; `models`: nested models likewise.
std::vector<int> Graph::copy_model(const Graph& other, int model, const std::string& name, int input,
                                   std::optional<bool> training, std::map<int, int>& twins, std::map<int, int>& models) {
  models[model] = enter(name, model < 0 ? other.sequential() : other.nested(model).sequential, training);
  const std::vector<Element> elements = other.elements(model);
  for (const Element& element : elements) {
    std::vector<int> sources = {input};
    if (&element != &elements.front()) {
      sources = other.inputs(element);
      for (int& source : sources) source = twins.at(source);
    }
    std::vector<int> made;
    if (element.nested >= 0) {
      made = element.call > 0 ? call_nested(models.at(element.nested), sources[0], other.training(element))
                              : copy_model(other, element.nested, other.own_name(other.nested(element.nested)),
                                           sources[0], other.training(element), twins, models);
    } else if (const Node& node = other.node(element.node); element.call > 0) {
      made = {call(twins.at(node.owner), std::move(sources), node.own_training)};
    } else {
      auto layer = node.layer->clone();
      layer->set_name(other.own_name(element.node));
      made = {add(std::move(layer), std::move(sources), node.own_training)};
    }
    const std::vector<int> originals = other.outputs(element);
    for (size_t i = 0; i < originals.size(); ++i) twins[originals[i]] = made[i];
  }
  std::vector<int> outputs = model < 0 ? other.outputs() : other.nested(model).calls.front().outputs;
  for (int& output : outputs) output = twins.at(output);
  leave(outputs);
  return outputs;
}

Graph Graph::leading_to(std::vector<int>& outputs) const {
  std::vector<bool> needed(nodes_.size(), false);
  needed[0] = true;
  for (int output : outputs) needed[static_cast<size_t>(output)] = true;
  for (int i = size() - 1; i >= 0; --i) {
    // A nested model is needed as a whole.
    for (int model = node(i).nested; model >= 0 && needed[static_cast<size_t>(i)]; model = nested(model).parent) {
      const NestedModel::Call& call = nested(model).calls[static_cast<size_t>(call_with(model, i))];
      for (int n = call.first; n < call.last; ++n) needed[static_cast<size_t>(n)] = true;
    }
    if (needed[static_cast<size_t>(i)])
      for (int input : node(i).inputs) needed[static_cast<size_t>(input)] = true;
  }
  Graph graph(name_);
  std::map<int, int> places, owners, calls;
  for (int i = 0; i < size(); ++i) {
    if (!needed[static_cast<size_t>(i)]) continue;
    const int at = places[i] = graph.size();
    Node copy = node(i);
    for (int& input : copy.inputs) input = places.at(input);
    const auto [owner, first] = owners.emplace(copy.owner, at);
    copy.layer = first ? copy.layer->clone() : graph.node(owner->second).layer;
    copy.call = calls[copy.owner]++;
    copy.owner = owner->second;
    graph.nodes_.push_back(std::move(copy));
  }
  std::map<int, int> models;
  for (size_t m = 0; m < nested_.size(); ++m) {
    NestedModel copy = nested_[m];
    std::erase_if(copy.calls, [&](const auto& call) { return !needed[static_cast<size_t>(call.first)]; });
    if (copy.calls.empty()) continue;
    for (NestedModel::Call& call : copy.calls) {
      call.last = places.at(call.last - 1) + 1;
      call.first = places.at(call.first);
      for (int& output : call.outputs) output = places.at(output);
    }
    copy.parent = copy.parent < 0 ? -1 : models.at(copy.parent);
    models[static_cast<int>(m)] = static_cast<int>(graph.nested_.size());
    graph.nested_.push_back(std::move(copy));
  }
  for (Node& copy : graph.nodes_)
    if (copy.nested >= 0) copy.nested = models.at(copy.nested);
  for (int& output : outputs) output = places.at(output);
  graph.last_ = outputs.front();
  return graph;
}

void Graph::set_output(int node) {
  output_ = node;
  if (node != last_) sequential_ = false;
}

size_t Graph::output_place() const {
  const std::vector<int> all = outputs();
  return static_cast<size_t>(std::find(all.begin(), all.end(), output()) - all.begin());
}

std::vector<Graph::Element> Graph::elements(int model) const {
  std::vector<Element> found;
  int i = model < 0 ? 0 : nested(model).calls.front().first;
  const int last = model < 0 ? size() : nested(model).calls.front().last;
  while (i < last) {
    if (node(i).nested == model) {
      found.push_back({.node = i, .call = node(i).call});
      ++i;
      continue;
    }
    const int inner = child(node(i).nested, model), at = call_with(inner, i);
    found.push_back({.nested = inner, .call = at});
    i = nested(inner).calls[static_cast<size_t>(at)].last;
  }
  return found;
}

std::vector<int> Graph::inputs(const Element& element) const {
  return element.node >= 0 ? node(element.node).inputs
                           : node(nested(element.nested).calls[static_cast<size_t>(element.call)].first).inputs;
}

std::optional<bool> Graph::training(const Element& element) const {
  return element.node >= 0 ? node(element.node).own_training
                           : nested(element.nested).calls[static_cast<size_t>(element.call)].training;
}

std::vector<int> Graph::outputs(const Element& element) const {
  return element.node >= 0 ? std::vector<int>{element.node}
                           : nested(element.nested).calls[static_cast<size_t>(element.call)].outputs;
}

Graph::Reference Graph::reference(int at, int model) const {
  if (node(at).nested == model) return {.layer = own_name(at), .call = node(at).call};
  const int inner = child(node(at).nested, model), call = call_with(inner, at);
  const std::vector<int>& outputs = nested(inner).calls[static_cast<size_t>(call)].outputs;
  return {.layer = own_name(nested(inner)),
          .nested = inner,
          .call = call,
          .output = static_cast<int>(std::find(outputs.begin(), outputs.end(), at) - outputs.begin())};
}

// The model directly in `model` that `inner` is or lies in.
int Graph::child(int inner, int model) const {
  while (nested(inner).parent != model) inner = nested(inner).parent;
  return inner;
}

// Which call of a nested model a node is part of.
int Graph::call_with(int model, int at) const {
  const auto& calls = nested(model).calls;
  const auto call = std::find_if(calls.begin(), calls.end(), [&](const auto& c) { return at >= c.first && at < c.last; });
  return static_cast<int>(call - calls.begin());
}

std::string Graph::own_name(int at) const {
  const Node& n = node(at);
  return n.nested < 0 ? n.layer->name() : n.layer->name().substr(nested(n.nested).path.size() + 1);
}

std::string Graph::own_name(const NestedModel& model) const {
  return model.parent < 0 ? model.path : model.path.substr(nested(model.parent).path.size() + 1);
}

int Graph::find(const std::string& layer) const {
  std::vector<std::string> paths;
  std::vector<int> bearers;
  for (int i = 0; i < size(); ++i) {
    if (node(i).owner != i) continue;
    if (node(i).layer->name() == layer) return i;
    if (own_name(i) == layer) bearers.push_back(i);
    paths.push_back(node(i).layer->name());
  }
  if (bearers.size() == 1) return bearers[0];
  if (bearers.size() > 1)
    throw usage_error(name_, "several layers are named \"{}\"; give one's path ({} or {})", layer,
                      node(bearers[0]).layer->name(), node(bearers[1]).layer->name());
  std::string near = did_you_mean(layer, paths);
  if (near.empty()) {
    near = "; this model has ";
    for (size_t i = 0; i < paths.size() && i < 12; ++i) near += (i == 0 ? "" : ", ") + paths[i];
    if (paths.size() > 12) near += ", …";
  }
  throw usage_error(name_, "unknown layer \"{}\"{}", layer, near);
}

}  // namespace fovea
