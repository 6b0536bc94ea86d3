#include "fovea/model/graph.h"

#include <algorithm>
#include <cctype>

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

int Graph::add(std::shared_ptr<Layer> layer, std::vector<int> inputs) {
  const auto used = [&](const std::string& name) {
    return std::any_of(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.layer->name() == name; });
  };
  if (layer->name().empty()) {
    const std::string prefix = snake_case(layer->type());
    std::string name = prefix;
    for (int i = 1; used(name); ++i) name = prefix + "_" + std::to_string(i);
    layer->set_name(name);
  } else if (used(layer->name())) {
    throw usage_error(name_, "two layers are named \"{}\"; names must differ", layer->name());
  }
  if (layer->name().find('/') != std::string::npos || layer->name().size() > 256)
    throw usage_error(name_, "a layer's name must have no '/' and at most 256 characters (got \"{}\")",
                      layer->name().substr(0, 60));
  if (inputs.empty() != nodes_.empty())
    throw usage_error(layer->name(), "{}", nodes_.empty() ? "the first layer must be an input" : "the layer has no inputs");
  Node node{std::move(layer), std::move(inputs), {}, {}};
  for (int input : node.inputs) {
    if (input < 0 || input >= size()) throw usage_error(node.layer->name(), "an input is not a layer of this model");
    node.input_shapes.push_back(nodes_[static_cast<size_t>(input)].shape);
  }
  node.shape = node.layer->infer(node.input_shapes);
  if (too_large(node.shape))
    throw usage_error(node.layer->name(), "the output of shape {} is too large (expected at most {} numbers a picture)",
                      to_string(node.shape), kMostElements);
  for (const ParameterSpec& spec : node.layer->parameters(node.input_shapes)) {
    if (too_large(spec.shape))
      throw usage_error(node.layer->name(), "{} of shape {} is too large (expected at most {} numbers)", spec.name,
                        to_string(spec.shape), kMostElements);
    spec.constraint.check(spec.shape, node.layer->name() + ": " + spec.name + "_constraint");
  }
  if (!node.inputs.empty() && node.inputs != std::vector<int>{size() - 1}) sequential_ = false;
  nodes_.push_back(std::move(node));
  return size() - 1;
}

int Graph::find(const std::string& layer) const {
  std::vector<std::string> names;
  for (int i = 0; i < size(); ++i) {
    if (node(i).layer->name() == layer) return i;
    names.push_back(node(i).layer->name());
  }
  std::string near = did_you_mean(layer, names);
  if (near.empty()) {
    near = "; this model has ";
    for (size_t i = 0; i < names.size() && i < 12; ++i) near += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > 12) near += ", …";
  }
  throw usage_error(name_, "unknown layer \"{}\"{}", layer, near);
}

}  // namespace fovea
