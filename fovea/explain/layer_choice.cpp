#include "fovea/explain/layer_choice.h"

#include "fovea/base/error.h"

namespace fovea::explain {
namespace {

bool is_spatial(const Graph& graph, int node) { return graph.node(node).shape.rank() == 3; }
int64_t cells(const Graph& graph, int node) { return graph.node(node).shape[0] * graph.node(node).shape[1]; }

std::vector<bool> leads_to_output(const Graph& graph) {
  std::vector<bool> leads(static_cast<size_t>(graph.size()));
  leads[static_cast<size_t>(graph.output())] = true;
  for (int n = graph.size() - 1; n >= 0; --n)
    if (leads[static_cast<size_t>(n)])
      for (const int input : graph.node(n).inputs) leads[static_cast<size_t>(input)] = true;
  return leads;
}

}  // namespace

int last_spatial_layer(const Graph& graph) {
  const std::vector<bool> leads = leads_to_output(graph);
  int single = -1;
  for (int n = graph.size() - 1; n >= 0; --n) {
    if (!leads[static_cast<size_t>(n)] || !is_spatial(graph, n) || graph.node(n).layer->identity_in_inference()) continue;
    if (cells(graph, n) > 1) return n;
    if (single < 0) single = n;
  }
  if (single < 0) throw usage_error(graph.name(), "the model has no layer with rows and columns");
  return single;
}

int spatial_layer(const Graph& graph, const std::string& path, const std::string& where) {
  if (path.empty()) return last_spatial_layer(graph);
  const int node = graph.find(path);
  if (!is_spatial(graph, node))
    throw usage_error(where, "layer \"{}\" has no rows and columns (got shape {}, expected a layer of maps; the last is \"{}\")",
                      path, to_string(graph.node(node).shape), graph.node(last_spatial_layer(graph)).layer->name());
  return node;
}

std::vector<int> map_layers(const Graph& graph) {
  std::vector<int> layers;
  for (int n = 0; n < graph.size(); ++n) {
    const std::string type = graph.node(n).layer->type();
    const bool makes_maps = type.find("Conv") != std::string::npos || type.find("Pooling") != std::string::npos;
    if (makes_maps && is_spatial(graph, n)) layers.push_back(n);
  }
  return layers;
}

}  // namespace fovea::explain
