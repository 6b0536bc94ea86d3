#include "tests/harness/run_layer.h"

#include <cassert>
#include <cstring>

#include "tests/harness/part.h"

namespace fovea {
namespace {

// The inputs of every picture one after another: what the model's only input is fed with.
Floats side_by_side(const LayerCase& test) {
  Floats all;
  for (int64_t n = 0; n < test.batch; ++n)
    for (size_t i = 0; i < test.inputs.size(); ++i) {
      const int64_t row = test.shapes[i].elements();
      assert(static_cast<int64_t>(test.inputs[i].size()) == test.batch * row &&
             "as many numbers as the input's shape says");
      all.insert(all.end(), test.inputs[i].begin() + n * row, test.inputs[i].begin() + (n + 1) * row);
    }
  return all;
}

std::vector<Floats> taken_apart(const LayerCase& test, const Floats& all) {
  std::vector<Floats> parts(test.inputs.size());
  size_t at = 0;
  for (int64_t n = 0; n < test.batch; ++n)
    for (size_t i = 0; i < parts.size(); ++i)
      for (int64_t e = 0; e < test.shapes[i].elements(); ++e) parts[i].push_back(all[at++]);
  return parts;
}

bool comes_through_parts(const LayerCase& test, const LayerRunOptions& options) {
  return options.block || test.shapes.size() > 1;
}

Graph graph_of(const LayerCase& test, const LayerRunOptions& options) {
  Graph graph("test");
  if (!comes_through_parts(test, options)) {
    graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = test.shapes[0]}), {});
    graph.add(test.layer, {0});
    return graph;
  }
  int64_t total = 0;
  for (const Shape& shape : test.shapes) total += shape.elements();
  graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = {total}}), {});
  std::vector<int> parts;
  int64_t first = 0;
  for (const Shape& shape : test.shapes) {
    parts.push_back(graph.add(part_of_input(first, shape, options.block.value_or(0)), {0}));
    first += shape.elements();
  }
  graph.add(test.layer, parts);
  return graph;
}

bool same_bits(const Floats& a, const Floats& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
}
bool same_bits(const std::vector<Floats>& a, const std::vector<Floats>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Floats& x, const Floats& y) { return same_bits(x, y); });
}

}  // namespace

std::string to_string(const LayerRunOptions& options) {
  return fmt::format("threads {}, lanes {}, tile {}, block {}", options.threads, options.lanes, options.tile,
                     options.block ? std::to_string(*options.block) : "none");
}

bool LayerResult::operator==(const LayerResult& other) const {
  return shape == other.shape && same_bits(output, other.output) && same_bits(diff_inputs, other.diff_inputs) &&
         same_bits(diff_weights, other.diff_weights) && same_bits(weights, other.weights);
}

LayerResult run_layer(const LayerCase& test, const LayerRunOptions& options) {
  const bool gradients = !test.diff_output.empty();
  Model model(graph_of(test, options));
  Parameters& parameters = model.parameters();
  assert(parameters.size() == static_cast<int>(test.weights.size()) && "as many weights as the layer has");
  for (int p = 0; p < parameters.size(); ++p)
    parameters.set(p, Array::of<float>(parameters[p].spec.shape, test.weights[static_cast<size_t>(p)]));

  const PlanOptions plan = {.batch = test.batch,
                            .lanes = options.lanes,
                            .tile = options.tile,
                            .training = test.training,
                            .gradients = gradients,
                            .input_gradient = gradients};
  ModelRun run = run_model(model, plan, side_by_side(test), test.diff_output, options.threads);

  LayerResult result{run.shape, std::move(run.output), {}, {}, {}};
  if (gradients) {
    result.diff_inputs = taken_apart(test, run.gradients.back());
    result.diff_weights = std::move(run.diff_weights);
  }
  for (int p = 0; p < parameters.size(); ++p) {
    const Array values = parameters.get(p);
    result.weights.emplace_back(values.values<float>().begin(), values.values<float>().end());
  }
  return result;
}

}  // namespace fovea
