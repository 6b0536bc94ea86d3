#include "fovea/model/transfer.h"

#include <algorithm>
#include <charconv>

#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/dropout.h"
#include "fovea/layers/flatten.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/global_max_pooling2d.h"
#include "fovea/layers/input.h"

namespace fovea {
namespace {

constexpr const char* kWhere = "head";

template <class Number>
Number number(const std::string& item, const std::string& text) {
  Number value{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) throw usage_error(kWhere, "has no number behind the colon (got \"{}\")", item);
  return value;
}

std::shared_ptr<Layer> dense(const std::string& item, const std::string& text) {
  const size_t colon = text.find(':');
  DenseOptions options = {.units = number<int64_t>(item, text.substr(0, colon)), .activation = ActivationKind::relu};
  if (colon != std::string::npos) read_field(Json(text.substr(colon + 1)), options.activation, kWhere);
  return std::make_shared<Dense>(options);
}

std::shared_ptr<Layer> head_layer(const std::string& item) {
  const size_t colon = item.find(':');
  const std::string name = item.substr(0, colon), value = colon == std::string::npos ? "" : item.substr(colon + 1);
  if (name == "dense") return dense(item, value);
  if (name == "dropout") return std::make_shared<Dropout>(DropoutOptions{.rate = number<float>(item, value)});
  if (colon == std::string::npos) {
    if (name == "gap") return std::make_shared<GlobalAveragePooling2D>();
    if (name == "gmp") return std::make_shared<GlobalMaxPooling2D>();
    if (name == "flatten") return std::make_shared<Flatten>();
    if (name == "bn") return std::make_shared<BatchNormalization>();
  }
  throw usage_error(kWhere, "there is no such layer (got \"{}\", expected gap, gmp, flatten, dense:UNITS, dropout:RATE or bn)", item);
}

bool begins_a_top(const std::string& type) {
  return type == "Flatten" || type == "GlobalAveragePooling2D" || type == "GlobalMaxPooling2D";
}

// Refuses a base that would end in the midst of a model inside the model.
void check_end(const Graph& graph, int end) {
  for (int at = graph.node(end).nested; at >= 0; at = graph.nested(at).parent) {
    const NestedModel& model = graph.nested(at);
    const auto gives = [&](const NestedModel::Call& call) { return std::ranges::count(call.outputs, end) > 0; };
    if (std::ranges::none_of(model.calls, gives))
      throw usage_error(graph.name(),
                        "the base cannot end in the midst of a model inside it (got {}, expected an output of {})",
                        graph.node(end).layer->name(), model.path);
  }
}

void copy_values(const Model& from, const std::string& prefix, Model& to) {
  for (int p = 0; p < from.parameters().size(); ++p)
    if (const int at = to.parameters().find(prefix + from.parameters()[p].path); at >= 0) to.parameters().set(at, from.parameters().get(p));
}

}  // namespace

Model transfer(const Model& base, const TransferOptions& options) {
  Graph graph(base.name() + "_transfer");
  int last = graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = base.input_shape()}), {});
  last = graph.add_nested(base.graph(), base.name(), last)[base.graph().output_place()];
  for (size_t begin = 0; begin <= options.head.size() && !options.head.empty();) {
    const size_t end = std::min(options.head.find(',', begin), options.head.size());
    last = graph.add(head_layer(options.head.substr(begin, end - begin)), {last});
    begin = end + 1;
  }
  if (const Shape& shape = graph.node(last).shape; shape.rank() != 1)
    throw usage_error(kWhere, "must make one row of numbers of the base's maps (got {} before the classes, expected gap, gmp or flatten in \"{}\")",
                      to_string(shape), options.head);
  graph.add(std::make_shared<Dense>(DenseOptions{.units = options.classes, .activation = ActivationKind::softmax}), {last});
  Model model(std::move(graph), options.seed);
  copy_values(base, base.name() + "/", model);
  model.info = base.info;
  model.info.class_names.clear();
  return model;
}

Model without_top(Model model) {
  const Graph& graph = model.graph();
  int node = graph.output();
  if (graph.node(node).shape.rank() == 3) return model;
  while (graph.node(node).inputs.size() == 1 && !begins_a_top(graph.node(node).layer->type())) node = graph.node(node).inputs.front();
  if (!begins_a_top(graph.node(node).layer->type()))
    throw usage_error(model.name(), "has no base: no Flatten or global pooling is on the way to its output");
  int end = graph.node(node).inputs.front();
  // The top is a model of its own: its input layer is no part of the base.
  while (graph.node(end).nested >= 0 && graph.node(end).layer->type() == InputLayer::kType)
    end = graph.node(end).inputs.front();
  check_end(graph, end);
  std::vector<int> outputs = {end};
  Graph base = graph.leading_to(outputs);
  base.set_name(graph.name());
  base.set_sequential(graph.sequential());
  base.set_output(outputs.front());
  Model result(std::move(base), Unset{});
  copy_values(model, "", result);
  result.info = model.info;
  return result;
}

}  // namespace fovea
