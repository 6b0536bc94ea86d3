#include "fovea/model/summary.h"

#include "fovea/model/plan_builder.h"

namespace fovea {
namespace {

// A size in binary units, as memory is counted.
std::string mebibytes(size_t bytes) { return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20)); }

std::string readable_flops(double flops) {
  if (flops >= 1e9) return fmt::format("{:.2f} GFLOP", flops / 1e9);
  if (flops >= 1e6) return fmt::format("{:.2f} MFLOP", flops / 1e6);
  return fmt::format("{:.1f} kFLOP", flops / 1e3);
}

std::string quoted(const std::string& text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace

ModelCost cost_of(Model& model) {
  ModelCost cost;
  const Graph& graph = model.graph();
  std::vector<bool> needs(static_cast<size_t>(graph.size()), false);
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    const double flops = node.layer->flops(node.input_shapes, node.shape);
    bool trains = false, before = false;
    for (int p : model.parameters().of_node(i)) trains = trains || (model.parameters()[p].spec.trainable && node.layer->trainable());
    for (int input : node.inputs) before = before || needs[static_cast<size_t>(input)];
    needs[static_cast<size_t>(i)] = trains || before;
    cost.forward_flops += flops;
    cost.training_flops += flops * (1 + (trains ? 1 : 0) + (before ? 1 : 0));
  }
  PlanOptions options = {.batch = cost.batch, .training = true, .gradients = true};
  if (graph.output_shape().rank() == 1) options.loss = PlanOptions::Loss{};
  const auto plan = make_plan(graph, model.parameters(), options);
  // Weights, and Adam's two numbers for each that trains.
  const size_t weights = static_cast<size_t>(model.parameters().count(false, graph)) * sizeof(float);
  const size_t state = 2 * static_cast<size_t>(model.parameters().count(true, graph)) * sizeof(float);
  cost.training_bytes = plan->arena_bytes + plan->gradient_bytes + plan->scratch_bytes + plan->copy_bytes + plan->shared_bytes + weights + state;
  return cost;
}

std::string summary_text(Model& model, const SummaryOptions& options) {
  const ModelCost cost = cost_of(model);
  return summary_table(model, options) +
         fmt::format(" Forward: {} a picture; a training step: {} a picture\n Memory of a training step: {} (batch {}, Adam)\n",
                     readable_flops(cost.forward_flops), readable_flops(cost.training_flops), mebibytes(cost.training_bytes),
                     cost.batch);
}

Json summary_json(Model& model) {
  const Graph& graph = model.graph();
  Json layers = Json::array();
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    int64_t count = 0;
    for (int p : model.parameters().of_node(i)) count += model.parameters()[p].spec.shape.elements();
    Json shape = Json::array({nullptr}), inputs = Json::array();
    for (int64_t size : node.shape) shape.push_back(size);
    for (int input : node.inputs) inputs.push_back(graph.node(input).layer->name());
    layers.push_back({{"name", node.layer->name()}, {"class", node.layer->type()}, {"output_shape", shape},
                      {"parameters", count}, {"trainable", node.layer->trainable()},
                      {"flops", node.layer->flops(node.input_shapes, node.shape)}, {"inputs", inputs}});
  }
  const int64_t total = model.parameters().count(false, graph), trainable = model.parameters().count(true, graph);
  const ModelCost cost = cost_of(model);
  return {{"name", graph.name()}, {"layers", layers}, {"parameters", total}, {"trainable_parameters", trainable},
          {"non_trainable_parameters", total - trainable}, {"flops", cost.forward_flops}, {"training_flops", cost.training_flops},
          {"training_bytes", cost.training_bytes}, {"batch", cost.batch}};
}

std::string summary_dot(const Model& model) {
  const Graph& graph = model.graph();
  std::string text = "digraph " + quoted(graph.name()) + " {\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    text += "  " + quoted(node.layer->name()) + " [label=" +
            quoted(node.layer->name() + "\n" + node.layer->type() + " " + to_string(node.shape, true)) + "];\n";
    for (int input : node.inputs) text += "  " + quoted(graph.node(input).layer->name()) + " -> " + quoted(node.layer->name()) + ";\n";
  }
  return text + "}\n";
}

std::string plan_text(const Plan& plan) {
  const auto sizes = [](const std::vector<int64_t>& rows) {
    std::string text;
    for (size_t i = 0; i < rows.size() && i < 16; ++i) text += (i == 0 ? "" : " ") + std::to_string(rows[i]);
    return text + (rows.size() > 16 ? " …" : "");
  };
  std::string text = fmt::format("Batch of {}: {} lane{} of {} pictures, tiles of {}\n", plan.batch, plan.lanes,
                                 plan.lanes == 1 ? "" : "s", sizes(plan.lane_rows), sizes(plan.tiles));
  text += fmt::format("Memory: activations {}, gradients {}, shared {}, copies of weights {}, scratch {}\n", mebibytes(plan.arena_bytes),
                      mebibytes(plan.gradient_bytes), mebibytes(plan.shared_bytes), mebibytes(plan.copy_bytes),
                      mebibytes(plan.scratch_bytes));
  size_t layer = 5, name = 4, kernel = 6, output = 6;
  for (const StepInfo& step : plan.steps) {
    layer = std::max(layer, step.layer.size());
    name = std::max(name, step.name.size());
    kernel = std::max(kernel, step.implementation.size());
    output = std::max(output, step.output.size());
  }
  const auto line = [&](const std::string& a, const std::string& b, const std::string& c, const std::string& unit,
                        const std::string& rows, const std::string& bytes, const std::string& o) {
    std::string row = fmt::format("  {:<{}}  {:<{}}  {:<{}}  {:<7}  {:>5}  {:>10}  {:<{}}", a, layer, b, name, c, kernel, unit, rows,
                                  bytes, o, output);
    row.erase(row.find_last_not_of(' ') + 1);
    return row + "\n";
  };
  text += line("layer", "step", "kernel", "unit", "rows", "bytes", "writes");
  constexpr const char* kUnits[] = {"tile", "lane", "meeting", "update", "copy"};
  const auto step_line = [&](const StepInfo& step) {
    return line(step.layer, step.name, step.implementation, kUnits[step.kind], step.rows > 0 ? std::to_string(step.rows) : "",
                with_commas(static_cast<int64_t>(step.bytes)), step.output);
  };
  for (size_t segment = 0; segment < plan.segment_reasons.size(); ++segment) {
    text += fmt::format("Segment {}\n", segment + 1);
    for (const StepInfo& step : plan.steps)
      if (step.kind <= StepInfo::meeting && step.segment == static_cast<int>(segment)) text += step_line(step);
    text += fmt::format("  ends: {}\n", plan.segment_reasons[segment]);
  }
  for (const auto kind : {StepInfo::update, StepInfo::copy}) {
    bool any = false;
    for (const StepInfo& step : plan.steps) {
      if (step.kind != kind) continue;
      if (!any) text += kind == StepInfo::update ? "Gradients and weights\n" : "Copies of weights, when they changed\n";
      any = true;
      text += step_line(step);
    }
  }
  return text;
}

}  // namespace fovea
