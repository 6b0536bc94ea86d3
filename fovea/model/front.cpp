#include "fovea/model/front.h"

#include <algorithm>
#include <vector>

namespace fovea {
namespace {

// Whether a call gives the same for the same inputs while the model trains.
bool is_fixed(const Node& node) {
  const Layer& layer = *node.layer;
  if (node.training.value_or(true) && layer.random_in_training()) return false;
  return !layer.trainable() || layer.parameters(node.input_shapes).empty();
}

// Which nodes lead to what the model predicts or is trained by.
std::vector<bool> leading_to_outputs(const Graph& graph) {
  std::vector<bool> leads(static_cast<size_t>(graph.size()), false);
  for (const int output : {graph.output(), graph.training_output()}) leads[static_cast<size_t>(output)] = true;
  for (int n = graph.size() - 1; n >= 0; --n)
    if (leads[static_cast<size_t>(n)])
      for (int input : graph.node(n).inputs) leads[static_cast<size_t>(input)] = true;
  return leads;
}

}  // namespace

int frozen_front(const Graph& graph) {
  const std::vector<bool> leads = leading_to_outputs(graph);
  std::vector<bool> fixed(leads.size(), false);
  const auto is_known = [&](int node) { return fixed[static_cast<size_t>(node)]; };
  fixed[0] = true;
  for (int n = 1; n < graph.size(); ++n) {
    const std::vector<int>& inputs = graph.node(n).inputs;
    fixed[static_cast<size_t>(n)] = is_fixed(graph.node(n)) && std::all_of(inputs.begin(), inputs.end(), is_known);
  }
  // From the outputs back: where nothing that comes later reads anything earlier, all ways lead through one node.
  const int first_output = std::min(graph.output(), graph.training_output());
  int earliest_read = graph.size();
  for (int n = graph.size() - 1; n > 0; --n) {
    if (!leads[static_cast<size_t>(n)]) continue;
    if (is_known(n) && n < first_output && earliest_read >= n) return n;
    for (int input : graph.node(n).inputs) earliest_read = std::min(earliest_read, input);
  }
  return 0;
}

}  // namespace fovea
