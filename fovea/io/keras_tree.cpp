#include "fovea/io/keras_tree.h"

#include <algorithm>
#include <functional>
#include <set>

#include "fovea/io/keras_layers.h"

namespace fovea {
namespace {

// Keras's own way: conv2d, conv2d_1, … as classes come by.
class Counted {
 public:
  std::string operator()(const std::string& type) {
    const std::string name = snake_case(type);
    const int at = used_[name]++;
    return at == 0 ? name : name + "_" + std::to_string(at);
  }

 private:
  std::map<std::string, int> used_;
};

// Calls visit(layer, its group, its variables) for every layer of a model and of those inside it.
using Visit = std::function<void(const Graph::Element&, const std::string&, const std::vector<KerasVariable>&)>;
void visit_layers(const Graph& graph, int model, const std::string& root, const Visit& visit) {
  Counted counted;
  for (const Graph::Element& layer : keras_layers(graph, model)) {
    const std::string group = root + "/" + counted(keras_class(graph, layer));
    if (layer.nested >= 0) {
      visit(layer, group, {});
      visit_layers(graph, layer.nested, group + root.substr(root.rfind('/')), visit);
    } else {
      visit(layer, group, keras_variables(graph, layer));
    }
  }
}

// Groups whose "vars" hold something, those of optimizer and metrics left out.
std::vector<std::string> groups_of(const Hdf5File& file) {
  std::vector<std::string> groups;
  for (const Hdf5Entry& entry : file.tensors()) {
    const size_t vars = entry.path.rfind("/vars/");
    if (vars == std::string::npos || vars == 0) continue;
    if (entry.path.starts_with("/optimizer/") || entry.path.starts_with("/metrics/")) continue;
    const std::string group = entry.path.substr(0, vars);
    if (groups.empty() || groups.back() != group) groups.push_back(group);
  }
  return groups;
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// "/layers" within a model's group.
std::string list_in(const Hdf5File& file) {
  const bool older = !file.has("layers") && file.has("_layer_checkpoint_dependencies");
  return older ? "/_layer_checkpoint_dependencies" : "/layers";
}

void take(const std::string& group, const std::vector<KerasVariable>& variables, const Hdf5File& file, TensorPlaces& places) {
  for (size_t v = 0; v < variables.size(); ++v) {
    const std::string tensor = group + "/vars/" + std::to_string(v);
    if (file.has_tensor(tensor)) places.of[variables[v].parameter] = tensor;
  }
}

TensorPlaces by_place(const Graph& graph, const Hdf5File& file, const std::string& root) {
  TensorPlaces places;
  visit_layers(graph, -1, root, [&](const auto&, const std::string& group, const std::vector<KerasVariable>& variables) {
    take(group, variables, file, places);
  });
  return places;
}

// Of a subclassed model: by the attribute that holds a layer, for which its name is taken. Layers that Keras met before as
// one of model.layers are in that list's groups, by place; else there is the name that a group records.
TensorPlaces by_name(const Graph& graph, const Hdf5File& file, const std::string& root) {
  TensorPlaces places;
  std::map<std::string, std::vector<std::string>> attributes, recorded;  // name -> groups
  for (const std::string& group : groups_of(file)) {
    attributes[last_part(group)].push_back(group);
    if (const auto name = file.text(group + "/vars", "name")) recorded[*name].push_back(group);
  }
  const auto only = [](const auto& groups, const std::string& name) {
    const auto at = groups.find(name);
    return at != groups.end() && at->second.size() == 1 ? at->second[0] : std::string();
  };
  const auto fits = [&](const std::string& group, const std::vector<KerasVariable>& variables) {
    for (size_t v = 0; v < variables.size(); ++v) {
      const std::string tensor = group + "/vars/" + std::to_string(v);
      if (!file.has_tensor(tensor) || !(file.entry(tensor).shape == variables[v].shape)) return false;
    }
    return true;
  };
  visit_layers(graph, -1, root, [&](const Graph::Element& layer, const std::string& group, const auto& variables) {
    if (variables.empty()) return;
    const std::string name = own_name(graph, layer);
    for (const std::string& candidate : {only(attributes, name), group, only(recorded, name)})
      if (!candidate.empty() && fits(candidate, variables)) return take(candidate, variables, file, places);
  });
  return places;
}

// Tensors of these groups that no parameter takes.
void add_others(const Hdf5File& file, const std::vector<std::string>& groups, TensorPlaces& places) {
  std::set<std::string> taken;
  for (const auto& [parameter, tensor] : places.of) taken.insert(tensor);
  for (const std::string& group : groups)
    for (const std::string& child : file.children(group + "/vars"))
      if (const std::string tensor = group + "/vars/" + child; file.has_tensor(tensor) && !taken.contains(tensor))
        places.others.push_back(tensor);
}

// Layers by their names, each model's within its group.
class NamedLayers {
 public:
  // `listed`: the names of groups' layers, where the file does not say them.
  NamedLayers(const Graph& graph, const Hdf5File& file, std::map<std::string, std::string> listed)
      : graph_(graph), file_(file), listed_(std::move(listed)) {}

  TensorPlaces find() {
    find_in(-1, "");
    add_others(file_, taken_, places_);
    return std::move(places_);
  }

 private:
  void find_in(int model, const std::string& parent) {
    const std::map<std::string, std::string> groups = groups_in(parent);
    for (const Graph::Element& layer : keras_layers(graph_, model)) {
      const auto at = groups.find(own_name(graph_, layer));
      if (at != groups.end() && layer.nested >= 0) {
        find_in(layer.nested, at->second);
      } else if (at != groups.end()) {
        take(at->second, keras_variables(graph_, layer), file_, places_);
        taken_.push_back(at->second);
      } else {
        for (const KerasVariable& variable : keras_variables(graph_, layer)) places_.kept.insert(variable.parameter);
      }
    }
  }

  // By name: of a subclassed model's layer the attribute's, which goes before what is recorded.
  std::map<std::string, std::string> groups_in(const std::string& parent) const {
    std::map<std::string, std::string> groups;
    const auto for_each = [&](const std::string& list, const auto& visit) {
      if (!file_.has(list)) return;
      for (const std::string& child : file_.children(list))
        if (const std::string group = list + "/" + child; file_.has(group + "/vars")) visit(child, group);
    };
    const auto add_recorded = [&](const std::string&, const std::string& group) {
      if (const auto name = file_.text(group + "/vars", "name")) groups.emplace(*name, group);
      else if (const auto at = listed_.find(group); at != listed_.end()) groups.emplace(at->second, group);
    };
    for_each(parent, [&](const std::string& attribute, const std::string& group) { groups.emplace(attribute, group); });
    for_each(parent, add_recorded);
    for_each(parent + list_in(file_), add_recorded);
    return groups;
  }

  const Graph& graph_;
  const Hdf5File& file_;
  std::map<std::string, std::string> listed_;  // group -> name
  TensorPlaces places_;
  std::vector<std::string> taken_;  // groups
};

bool fits(const Graph& graph, const Hdf5File& file, const TensorPlaces& places) {
  for (const Graph::Element& layer : keras_layers(graph))
    for (const KerasVariable& variable : keras_variables(graph, layer)) {
      const auto at = places.of.find(variable.parameter);
      if (at == places.of.end() || !(file.entry(at->second).shape == variable.shape)) return false;
    }
  return true;
}

}  // namespace

TensorPlaces find_in_tree(const Graph& graph, const Hdf5File& file) {
  const std::string root = list_in(file);
  TensorPlaces places = by_place(graph, file, root);
  if (!fits(graph, file, places)) {
    TensorPlaces named = by_name(graph, file, root);
    if (fits(graph, file, named) || named.of.size() > places.of.size()) places = std::move(named);
  }
  add_others(file, groups_of(file), places);
  return places;
}

bool names_layers(const Hdf5File& file) { return file.has("vars") && file.text("vars", "name"); }

TensorPlaces find_named_in_tree(const Graph& graph, const Hdf5File& file, const Graph* architecture) {
  std::map<std::string, std::string> listed;
  if (architecture != nullptr)
    visit_layers(*architecture, -1, list_in(file), [&](const Graph::Element& layer, const std::string& group, const auto&) {
      listed[group] = own_name(*architecture, layer);
    });
  return NamedLayers(graph, file, std::move(listed)).find();
}

void write_tree(const Model& model, Hdf5Writer& file) {
  const Graph& graph = model.graph();
  const auto begin = [&](const std::string& group, const std::string& name) {
    file.group(group + "/vars");
    file.text(group + "/vars", "name", name);
  };
  begin("", graph.name());
  visit_layers(graph, -1, "/layers",
               [&](const Graph::Element& layer, const std::string& group, const std::vector<KerasVariable>& variables) {
                 begin(group, own_name(graph, layer));
                 for (size_t v = 0; v < variables.size(); ++v) {
                   const Array values = model.parameters().get(model.parameters().find(variables[v].parameter));
                   file.tensor(NamedTensor::of(group + "/vars/" + std::to_string(v), values));
                 }
               });
}

}  // namespace fovea
