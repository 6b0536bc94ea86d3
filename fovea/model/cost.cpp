#include "fovea/model/cost.h"

#include "fovea/model/plan_builder.h"

namespace fovea {
namespace {

void count_flops(const Model& model, ModelCost& cost) {
  const Graph& graph = model.graph();
  // Backward goes as far as something trains: a layer's input needs a gradient if anything before it does.
  std::vector<bool> wanted(static_cast<size_t>(graph.size()), false);
  for (int i = 0; i < graph.size(); ++i) {
    const Node& node = graph.node(i);
    bool weights = false, input = false;
    for (int p : model.parameters().of_node(i)) weights = weights || model.parameters().trains(p, model.graph());
    for (int source : node.inputs) input = input || wanted[static_cast<size_t>(source)];
    wanted[static_cast<size_t>(i)] = weights || input;
    const double flops = node.layer->flops(node.input_shapes, node.shape);
    cost.forward_flops += flops;
    cost.training_flops += flops * (1 + (weights ? 1 : 0) + (input ? 1 : 0));
  }
}

}  // namespace

PlanOptions training_step(const Model& model, int64_t batch) {
  PlanOptions options = {.batch = batch, .training = true, .gradients = true};
  if (model.graph().output_shape().rank() == 1)
    options.loss = PlanOptions::Loss{.rule = {.kind = kernels::usual_loss(model.outputs())}};
  return options;
}

ModelCost cost_of(const Model& model, const Plan& step, int64_t batch, size_t slots) {
  ModelCost cost = {.batch = batch,
                    .activations = step.arena_bytes + step.shared_bytes,
                    .gradients = step.gradient_bytes,
                    .scratch = step.scratch_bytes + step.copy_bytes};
  count_flops(model, cost);
  for (int p = 0; p < model.parameters().size(); ++p) {
    const size_t bytes = model.parameters()[p].value.bytes();
    cost.weights += bytes;
    if (model.parameters().trains(p, model.graph())) cost.optimizer += slots * bytes;
  }
  return cost;
}

ModelCost cost_of(const Model& model, int64_t batch) {
  // A step is planned for numbers that are not there: nothing is computed, and memory that is booked is never touched.
  Model shapes(model.graph(), Unset{});
  return cost_of(shapes, *make_plan(shapes.graph(), shapes.parameters(), training_step(shapes, batch)), batch, 2);
}

}  // namespace fovea
