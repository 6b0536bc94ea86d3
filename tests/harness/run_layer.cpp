#include "tests/harness/run_layer.h"

#include <cassert>
#include <cstring>

#include "fovea/model/runner.h"
#include "tests/harness/part.h"

namespace fovea {
namespace {

class ArraysFeed final : public kernels::Feed {
 public:
  ArraysFeed(Floats pictures, const Floats& gradients, int64_t batch)
      : pictures_(std::move(pictures)), gradients_(gradients), batch_(batch) {}
  void pictures(int64_t first_row, int64_t rows, float* dst) const override {
    rows_of(pictures_, first_row, rows, dst);
  }
  void gradients(int64_t first_row, int64_t rows, float* dst) const override {
    rows_of(gradients_, first_row, rows, dst);
  }

 private:
  void rows_of(const Floats& values, int64_t first_row, int64_t rows, float* dst) const {
    const auto row = static_cast<int64_t>(values.size()) / batch_;
    std::copy_n(values.begin() + first_row * row, rows * row, dst);
  }

  Floats pictures_;
  const Floats& gradients_;
  int64_t batch_;
};

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

std::vector<Floats> taken_apart(const LayerCase& test, std::span<const float> all) {
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

Floats copied(std::span<const float> values) { return {values.begin(), values.end()}; }

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

int place_of_layer(const LayerCase& test, const LayerRunOptions& options) {
  return comes_through_parts(test, options) ? 1 + static_cast<int>(test.shapes.size()) : 1;
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

  ThreadPool pool(options.threads);
  Runner runner(model, pool,
                {.batch = test.batch,
                 .lanes = options.lanes,
                 .tile = options.tile,
                 .training = test.training,
                 .gradients = gradients,
                 .input_gradient = gradients});
  const ArraysFeed feed(side_by_side(test), test.diff_output, test.batch);
  const kernels::RunContext context = {.feed = &feed, .seed = kRunSeed, .epoch = kRunEpoch, .position = kRunPosition};
  Plan& plan = runner.plan(test.batch);
  for (int run = 0; run < 2; ++run) {
    parameters.changed();  // copies of weights are made again
    if (!plan.folded)
      for (Buffer& buffer : plan.memory)
        if (buffer.bytes() > 0) std::memset(buffer.data(), 0xFF, buffer.bytes());
    runner.compute(test.batch, context);
  }

  LayerResult result;
  result.shape = plan.output_shape;
  result.output = copied(plan.output);
  for (const StepInfo& step : plan.steps) result.steps.push_back(step.name);
  if (gradients) {
    result.diff_inputs = taken_apart(test, plan.gradients.back());
    result.diff_weights.resize(test.weights.size());
    for (const auto& gradient : plan.parameter_gradients) {
      Floats& keras = result.diff_weights[static_cast<size_t>(gradient->parameter)];
      keras.resize(test.weights[static_cast<size_t>(gradient->parameter)].size());
      gradient->layout.unpack(gradient->values, keras.data());
    }
    runner.update(plan, context);
  }
  for (int p = 0; p < parameters.size(); ++p) result.weights.push_back(copied(parameters.get(p).values<float>()));
  return result;
}

}  // namespace fovea
