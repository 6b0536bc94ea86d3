#include "fovea/model/summary.h"

#include <algorithm>

#include "fovea/model/text_table.h"

namespace fovea {
namespace {

int64_t parameters_of(const Model& model, int node) {
  int64_t count = 0;
  for (int p : model.parameters().of_node(node)) count += model.parameters()[p].spec.shape.elements();
  return count;
}

// The nodes that are the first calls of what an element consists of: they have its parameters.
std::vector<int> owners_of(const Graph& graph, const Graph::Element& element) {
  if (element.node >= 0) return {element.node};
  const NestedModel::Call& call = graph.nested(element.nested).calls.front();
  std::vector<int> owners;
  for (int n = call.first; n < call.last; ++n)
    if (graph.node(n).owner == n) owners.push_back(n);
  return owners;
}

int64_t parameters_of(const Model& model, const Graph::Element& element) {
  int64_t count = 0;
  for (int n : owners_of(model.graph(), element)) count += parameters_of(model, n);
  return count;
}

bool is_trainable(const Graph& graph, const Graph::Element& element) {
  const std::vector<int> owners = owners_of(graph, element);
  return std::any_of(owners.begin(), owners.end(), [&](int n) { return graph.node(n).layer->trainable(); });
}

// Keras leaves out what layers are connected to where none has several inputs, is called twice or stands in a branch.
bool is_chain(const Graph& graph) {
  int before = -1;
  for (const Graph::Element& element : graph.elements()) {
    const std::vector<int> inputs = graph.inputs(element);
    if (element.call > 0 || inputs.size() > 1 || (!inputs.empty() && inputs[0] != before)) return false;
    before = graph.outputs(element).front();
  }
  return true;
}

// One row a layer, whatever it is called; a model's layers behind it where they are wanted.
class Rows {
 public:
  Rows(const Model& model, const SummaryOptions& options, bool connected)
      : model_(model), graph_(model.graph()), options_(options), connected_(connected) {}

  std::vector<std::vector<std::string>> all() {
    add(-1, 0);
    return std::move(rows_);
  }

 private:
  void add(int model, int depth) {
    const std::vector<Graph::Element> elements = graph_.elements(model);
    const bool sequential = model < 0 ? graph_.sequential() : graph_.nested(model).sequential;
    for (size_t i = sequential ? 1 : 0; i < elements.size(); ++i) {
      const Graph::Element& element = elements[i];
      if (element.call > 0) continue;
      const bool layer = element.node >= 0;
      const std::string name = layer ? graph_.own_name(element.node) : graph_.own_name(graph_.nested(element.nested));
      const std::string type = layer                                         ? graph_.node(element.node).layer->type()
                               : graph_.nested(element.nested).sequential ? "Sequential"
                                                                             : "Functional";
      const int64_t count = parameters_of(model_, element);
      const std::string indent = depth == 0 ? "" : std::string(static_cast<size_t>(3 * depth), ' ') + "└ ";
      rows_.push_back({indent + name + " (" + type + ")",
                       to_string(graph_.node(graph_.outputs(element).front()).shape, true), with_commas(count)});
      if (connected_) rows_.back().push_back(connections(elements, element, model));
      if (options_.show_trainable)
        rows_.back().push_back(count == 0 ? "-" : is_trainable(graph_, element) ? "Y" : "N");
      if (!layer && options_.expand_nested) add(element.nested, depth + 1);
    }
  }

  // What all calls of a layer take.
  std::string connections(const std::vector<Graph::Element>& elements, const Graph::Element& first, int model) const {
    if (model >= 0 && graph_.nested(model).sequential) return "-";
    std::string text;
    for (const Graph::Element& element : elements) {
      if (&element == &elements.front() || !same_layer(element, first)) continue;
      for (int input : graph_.inputs(element)) {
        const Graph::Reference ref = graph_.reference(input, model);
        text += fmt::format("{}{}[{}][{}]", text.empty() ? "" : ", ", ref.layer, ref.call, ref.output);
      }
    }
    return text.empty() ? "-" : text;
  }

  bool same_layer(const Graph::Element& a, const Graph::Element& b) const {
    if (a.node >= 0 && b.node >= 0) return graph_.node(a.node).owner == graph_.node(b.node).owner;
    return a.nested >= 0 && a.nested == b.nested;
  }

  const Model& model_;
  const Graph& graph_;
  const SummaryOptions& options_;
  bool connected_;
  std::vector<std::vector<std::string>> rows_;
};

std::vector<TextColumn> columns_of(bool connected, bool show_trainable, int width) {
  std::vector<TextColumn> columns = {{"Layer (type)"}, {"Output Shape"}, {"Param #", TextColumn::right}};
  std::vector<double> ends = {.45, .80, 1.};
  if (connected) {
    columns.push_back({"Connected to"});
    ends = {.3, .56, .74, 1.};
  }
  if (show_trainable) {
    columns.push_back({"Trainable", TextColumn::center});
    for (double& end : ends) end *= .90;
    ends.push_back(1.);
  }
  int before = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    columns[i].request = static_cast<int>(ends[i] * width) - before;
    before += columns[i].request;
  }
  return columns;
}

std::string mebibytes(size_t bytes) { return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20)); }

}  // namespace

std::string readable_flops(double flops) {
  if (flops >= 1e9) return fmt::format("{:.2f} GFLOP", flops / 1e9);
  if (flops >= 1e6) return fmt::format("{:.2f} MFLOP", flops / 1e6);
  return fmt::format("{:.1f} kFLOP", flops / 1e3);
}

std::string with_commas(int64_t number) {
  std::string text = std::to_string(number);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), ",");
  return text;
}

std::string readable_size(double bytes) {
  const char* units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
  size_t unit = 0;
  while (bytes / 1024 >= 1 && unit < 5) bytes /= 1024, ++unit;
  return fmt::format("{:.2f} {}", bytes, units[unit]);
}

std::string summary_table(const Model& model, const SummaryOptions& options) {
  const Graph& graph = model.graph();
  const bool connected = !is_chain(graph);
  // Below 24 columns there is no room for a letter in every cell.
  constexpr int kLeast = 24;
  const int widest = (connected ? 108 : 88) + (options.show_trainable ? 12 : 0);
  const int width = std::max(kLeast, std::min(widest, options.columns - 4));

  std::string text;
  const auto print = [&](const std::string& line) {
    for (const std::string& part : wrap_text(line, std::max(kLeast, options.columns), true)) text += part + "\n";
  };
  const auto counted = [&](const char* what, int64_t count) {
    print(fmt::format(" {} params: {} ({})", what, with_commas(count), readable_size(static_cast<double>(count) * 4)));
  };
  print("Model: \"" + graph.name() + "\"");
  text += text_table(columns_of(connected, options.show_trainable, width),
                     Rows(model, options, connected).all(), width);
  const int64_t all = model.parameters().count(false, graph), trainable = model.parameters().count(true, graph);
  counted("Total", all + options.optimizer_parameters);
  counted("Trainable", trainable);
  counted("Non-trainable", all - trainable);
  if (options.optimizer_parameters > 0) counted("Optimizer", options.optimizer_parameters);
  return text;
}

std::string summary_text(Model& model, const SummaryOptions& options) {
  const ModelCost cost = cost_of(model);
  return summary_table(model, options) +
         fmt::format(" Forward: {} a picture; a training step: {} a picture\n", readable_flops(cost.forward_flops),
                     readable_flops(cost.training_flops)) +
         fmt::format(" Memory of a training step: {} (batch {}, Adam)\n", mebibytes(cost.training_bytes()), cost.batch);
}

Json summary_json(Model& model) {
  const Graph& graph = model.graph();
  Json layers = Json::array();
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    if (node.owner != i) continue;
    Json connected = Json::array();
    for (int input : node.inputs) connected.push_back(graph.node(input).layer->name());
    layers.push_back({{"name", node.layer->name()},
                      {"class", node.layer->type()},
                      {"output_shape", write_field(node.shape)},
                      {"parameters", parameters_of(model, i)},
                      {"trainable", node.layer->trainable()},
                      {"flops", node.layer->flops(node.input_shapes, node.shape)},
                      {"connected_to", std::move(connected)}});
  }
  const int64_t all = model.parameters().count(false, graph), trainable = model.parameters().count(true, graph);
  const ModelCost cost = cost_of(model);
  return {{"name", graph.name()},
          {"layers", std::move(layers)},
          {"parameters", all},
          {"trainable_parameters", trainable},
          {"non_trainable_parameters", all - trainable},
          {"flops", cost.forward_flops},
          {"training_flops", cost.training_flops},
          {"training_bytes", cost.training_bytes()},
          {"memory",
           {{"activations", cost.activations},
            {"gradients", cost.gradients},
            {"scratch", cost.scratch},
            {"weights", cost.weights},
            {"optimizer", cost.optimizer}}},
          {"batch", cost.batch}};
}

}  // namespace fovea
