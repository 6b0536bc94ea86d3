#include "fovea/io/keras_groups.h"

#include <algorithm>
#include <set>

#include "fovea/base/error.h"
#include "fovea/io/keras_layers.h"

namespace fovea {
namespace {

// `layer.trainable_weights + layer.non_trainable_weights`.
std::vector<KerasVariable> legacy_variables(const Graph& graph, const Graph::Element& layer) {
  std::vector<KerasVariable> variables = keras_variables(graph, layer);
  std::stable_partition(variables.begin(), variables.end(), [](const KerasVariable& v) { return v.trains; });
  return variables;
}

struct Group {
  std::string name;
  std::vector<std::string> tensors;  // paths, as listed
};

std::string joined(const std::string& root, const std::string& path) { return root == "/" ? "/" + path : root + "/" + path; }

std::vector<Group> groups_of(const Hdf5File& file, const std::string& root) {
  const auto names = file.texts(root, "layer_names");
  if (!names) throw file_error(file.where() + ": " + root, "has no \"layer_names\"");
  std::vector<Group> groups;
  for (const std::string& name : *names) {
    Group group{name, {}};
    const std::string path = joined(root, name);
    if (!file.has(path)) throw file_error(file.where(), "names a layer {} that it does not hold", shown(name));
    for (const std::string& weight : file.texts(path, "weight_names").value_or(std::vector<std::string>{})) {
      group.tensors.push_back(path + "/" + weight);
      if (!file.has_tensor(group.tensors.back()))
        throw file_error(file.where() + ": " + name, "names a tensor {} that it does not hold", shown(weight));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

// "block1_conv1/kernel:0" -> {"block1_conv1", "kernel"}; TensorFlow made names differ by "_1".
struct WeightName {
  std::string layer, name;

  explicit WeightName(std::string path) {
    if (const size_t colon = path.rfind(':'); colon != std::string::npos) path.resize(colon);
    const size_t slash = path.rfind('/');
    name = path.substr(slash + 1);
    if (slash == std::string::npos || slash == 0) return;
    layer = path.substr(0, slash);
    layer = layer.substr(layer.rfind('/') + 1);
  }
};

bool same_name(const KerasVariable& variable, const std::string& name) {
  // What Keras 2 calls the kernel of a DepthwiseConv2D.
  return variable.name == name || (variable.name == "kernel" && name == "depthwise_kernel");
}

// A layer's weights by their names; those of a model by layer and name. Empty where that leaves any without one.
std::vector<std::string> tensors_by_name(const std::vector<KerasVariable>& variables, const Group& group, bool nested) {
  std::vector<std::string> found;
  for (const KerasVariable& variable : variables) {
    std::string only;
    for (const std::string& tensor : group.tensors) {
      const WeightName weight(tensor);
      if (!same_name(variable, weight.name) || (nested && weight.layer != variable.layer)) continue;
      if (!only.empty()) return {};
      only = tensor;
    }
    if (only.empty()) return {};
    found.push_back(only);
  }
  return found;
}

void match(const std::vector<KerasVariable>& variables, const Group& group, bool nested, const Hdf5File& file,
           TensorPlaces& places) {
  std::vector<std::string> tensors = tensors_by_name(variables, group, nested);
  if (tensors.empty()) {
    tensors = group.tensors;
    std::erase_if(tensors, [&](const std::string& tensor) { return file.entry(tensor).dtype != DType::f32; });
  }
  tensors.resize(std::min(variables.size(), tensors.size()));
  for (size_t v = 0; v < tensors.size(); ++v) places.of[variables[v].parameter] = tensors[v];
  for (const std::string& tensor : group.tensors)
    if (std::find(tensors.begin(), tensors.end(), tensor) == tensors.end()) places.others.push_back(tensor);
}

std::vector<Graph::Element> layers_with_weights(const Graph& graph) {
  std::vector<Graph::Element> layers = keras_layers(graph);
  std::erase_if(layers, [&](const Graph::Element& layer) { return keras_variables(graph, layer).empty(); });
  return layers;
}

}  // namespace

bool names_fit(const Graph& graph, const Hdf5File& file, const std::string& root) {
  std::set<std::string> names;
  for (const Group& group : groups_of(file, root))
    if (!group.tensors.empty()) names.insert(group.name);
  const auto layers = layers_with_weights(graph);
  return std::all_of(layers.begin(), layers.end(),
                     [&](const Graph::Element& layer) { return names.contains(own_name(graph, layer)); });
}

TensorPlaces find_in_groups(const Graph& graph, const Hdf5File& file, const std::string& root, WeightOrder order) {
  TensorPlaces places;
  const bool all = order != WeightOrder::only_named;
  std::vector<Group> groups = groups_of(file, root);
  if (all) std::erase_if(groups, [](const Group& group) { return group.tensors.empty(); });
  const std::vector<Graph::Element> layers = all ? layers_with_weights(graph) : keras_layers(graph);
  std::set<const Group*> taken;
  for (size_t l = 0; l < layers.size(); ++l) {
    auto group = groups.begin() + static_cast<std::ptrdiff_t>(std::min(l, groups.size()));
    if (order != WeightOrder::by_place)
      group = std::find_if(groups.begin(), groups.end(),
                           [&](const Group& g) { return g.name == own_name(graph, layers[l]); });
    if (group == groups.end()) {
      for (const KerasVariable& variable : keras_variables(graph, layers[l]))
        if (!all) places.kept.insert(variable.parameter);
      continue;
    }
    taken.insert(&*group);
    match(legacy_variables(graph, layers[l]), *group, layers[l].nested >= 0, file, places);
  }
  for (const Group& group : groups)
    if (all && !taken.contains(&group)) places.others.insert(places.others.end(), group.tensors.begin(), group.tensors.end());
  return places;
}

void write_groups(const Model& model, const std::string& root, Hdf5Writer& file) {
  const Graph& graph = model.graph();
  std::vector<std::string> names;
  for (const Graph::Element& layer : keras_layers(graph)) {
    // Keras's Sequential models have no input layer.
    if (graph.sequential() && layer.node == graph.input()) continue;
    names.push_back(own_name(graph, layer));
    const std::string group = joined(root, names.back());
    file.group(group);
    const std::vector<KerasVariable> variables = legacy_variables(graph, layer);
    std::map<std::string, int> bearers;  // layers of one name in several models inside this one
    for (const KerasVariable& variable : variables) ++bearers[variable.layer + "/" + variable.name];
    std::vector<std::string> weights;
    for (const KerasVariable& variable : variables) {
      const std::string name = variable.layer + "/" + variable.name;
      weights.push_back((bearers[name] > 1 ? variable.parameter : name) + ":0");
      const Array values = model.parameters().get(model.parameters().find(variable.parameter));
      file.tensor(NamedTensor::of(group + "/" + weights.back(), values));
    }
    file.texts(group, "weight_names", weights);
  }
  file.texts(root, "layer_names", names);
  file.text(root, "backend", "tensorflow");
  file.text(root, "keras_version", "2.15.0");
}

}  // namespace fovea
