#include "fovea/model/freeze.h"

#include <fnmatch.h>

#include <utility>

#include "fovea/base/error.h"

namespace fovea {
namespace {

bool is_in_base(const Graph& graph, int node) {
  int model = graph.node(node).nested;
  while (model >= 0 && graph.nested(model).parent >= 0) model = graph.nested(model).parent;
  return model == 0;
}

bool is_meant(const Graph& graph, int node, const std::string& what) {
  if (what == "all") return true;
  if (what == "base") return is_in_base(graph, node);
  const bool path = what.find('/') != std::string::npos;
  const std::string name = path ? graph.node(node).layer->name() : graph.own_name(node);
  return ::fnmatch(what.c_str(), name.c_str(), 0) == 0;
}

// Returns how many layers are meant, and how many of them changed.
std::pair<int, int> set_trainable(Model& model, const std::string& what, bool trainable, const std::string& where) {
  const Graph& graph = model.graph();
  if (what == "base" && graph.nested().empty())
    throw usage_error(where, "the model has no base: there is no model inside it (expected all or a pattern)");
  int meant = 0, changed = 0;
  for (int n = 1; n < graph.size(); ++n) {
    if (graph.node(n).owner != n || !is_meant(graph, n, what)) continue;
    ++meant;
    changed += graph.node(n).layer->trainable() == trainable ? 0 : 1;
    graph.node(n).layer->set_trainable(trainable);
  }
  if (meant == 0) throw usage_error(where, "matches no layer (got \"{}\")", what);
  return {meant, changed};
}

}  // namespace

int freeze(Model& model, const std::string& what, const std::string& where) {
  return set_trainable(model, what, false, where).first;
}

int unfreeze(Model& model, const std::string& what, const std::string& where) {
  return set_trainable(model, what, true, where).second;
}

}  // namespace fovea
