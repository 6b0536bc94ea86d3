// A model as a Graphviz graph: `dot -Tsvg` draws it.
#include "fovea/model/summary.h"

namespace fovea {
namespace {

// JSON's escapes are Graphviz's: \" and \\ and, inside a label, \n.
std::string dot_text(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string summary_dot(const Model& model) {
  const Graph& graph = model.graph();
  std::string text = "digraph " + dot_text(graph.name()) + " {\n  node [shape=box, fontname=\"sans-serif\"];\n";
  const auto add_edge = [&](int from, int to) {
    text += "  " + dot_text(graph.node(from).layer->name()) + " -> " + dot_text(graph.node(to).layer->name()) + ";\n";
  };
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    if (node.owner != i) {
      for (int input : node.inputs) add_edge(input, i);
      continue;
    }
    int64_t count = 0;
    for (int p : model.parameters().of_node(i)) count += model.parameters()[p].spec.shape.elements();
    std::string label = node.layer->name() + "\n" + node.layer->type() + " " + to_string(node.shape, true);
    if (count > 0) label += "\n" + with_commas(count) + " parameters";
    text += "  " + dot_text(node.layer->name()) + " [label=" + dot_text(label) + "];\n";
    for (int input : node.inputs) add_edge(input, i);
  }
  return text + "}\n";
}

}  // namespace fovea
