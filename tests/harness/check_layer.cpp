#include "tests/harness/check_layer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "fovea/base/json.h"
#include "fovea/layers/registry.h"
#include "tests/harness/golden.h"

namespace fovea {
namespace {

Doubles doubles(const Floats& values) { return {values.begin(), values.end()}; }
std::vector<Doubles> doubles(const std::vector<Floats>& all) {
  std::vector<Doubles> result;
  for (const Floats& values : all) result.push_back(doubles(values));
  return result;
}
Floats floats(const Doubles& values) { return {values.begin(), values.end()}; }

// What a problem comes to: the numbers it is run on, and the answers.
struct Answers {
  LayerCase test;
  Doubles output;
  Gradients gradients;
  std::vector<Doubles> updated;
};

Answers answer(const LayerProblem& problem) {
  Answers a;
  a.test = {.layer = problem.layer, .batch = problem.batch, .shapes = problem.shapes, .training = problem.training};
  uint64_t seed = 1;
  for (const Shape& shape : problem.shapes)
    a.test.inputs.push_back(random_floats(problem.batch * shape.elements(), seed++, -2, 2));
  for (const ParameterSpec& spec : problem.layer->parameters(problem.shapes)) {
    const bool scales = spec.name == "gamma" || spec.name.ends_with("variance");
    a.test.weights.push_back(random_floats(spec.shape.elements(), seed++, scales ? 0.5f : -0.5f, scales ? 1.5f : 0.5f));
  }
  const auto inputs = doubles(a.test.inputs), weights = doubles(a.test.weights);
  const Truth& truth = problem.truth;
  a.output = truth.forward(inputs, weights);
  a.updated = truth.updated ? truth.updated(inputs, weights) : weights;
  a.test.diff_output = random_floats(static_cast<int64_t>(a.output.size()), seed, -1, 1);
  if (truth.before_relu) {
    const Doubles x = truth.before_relu(inputs, weights);
    for (size_t i = 0; i < x.size(); ++i)
      if (std::abs(x[i]) < 1e-4) a.test.diff_output[i] = 0;
  }
  return a;
}

// d Σ output · diff_output / d array, where `array` is one of what `forward` reads.
Doubles central_differences(const std::function<Doubles()>& forward, Doubles& array, const Doubles& diff_output) {
  constexpr double kStep = 1e-5;
  const auto value = [&] {
    const Doubles y = forward();
    double sum = 0;
    for (size_t i = 0; i < y.size(); ++i) sum += y[i] * diff_output[i];
    return sum;
  };
  Doubles gradient(array.size());
  for (size_t i = 0; i < array.size(); ++i) {
    const double at = array[i];
    array[i] = at + kStep;
    const double above = value();
    array[i] = at - kStep;
    gradient[i] = (above - value()) / (2 * kStep);
    array[i] = at;
  }
  return gradient;
}

Gradients gradients_of(const Truth& truth, const LayerCase& test) {
  auto inputs = doubles(test.inputs), weights = doubles(test.weights);
  const Doubles diff_output = doubles(test.diff_output);
  if (truth.backward) return truth.backward(inputs, weights, diff_output);
  const auto forward = [&] { return truth.forward(inputs, weights); };
  Gradients gradients;
  for (Doubles& input : inputs) gradients.inputs.push_back(central_differences(forward, input, diff_output));
  for (Doubles& weight : weights) gradients.weights.push_back(central_differences(forward, weight, diff_output));
  return gradients;
}

class Checker {
 public:
  explicit Checker(const LayerProblem& problem)
      : problem_(problem),
        tolerance_(1e-6 + 3e-7 * std::sqrt(static_cast<double>(problem.terms))),
        answers_(answer(problem)) {
    answers_.gradients = gradients_of(problem.truth, answers_.test);
  }

  void agrees_with_the_reference(const LayerRunOptions& options) {
    const LayerResult got = run_layer(answers_.test, options);
    compare(got, options);
    for (size_t i = 0; i < got.diff_inputs.size(); ++i)
      close(got.diff_inputs[i], answers_.gradients.inputs[i], fmt::format("gradient of input {}", i), options);
    const auto specs = problem_.layer->parameters(problem_.shapes);
    for (size_t p = 0; p < specs.size(); ++p) {
      const bool trains = problem_.layer->trainable() && specs[p].trainable;
      if (got.diff_weights[p].empty() == trains)
        fail(specs[p].name + (trains ? " has no gradient" : " has a gradient"), options);
      if (trains) close(got.diff_weights[p], answers_.gradients.weights[p], "gradient of " + specs[p].name, options);
      close(got.weights[p], answers_.updated[p], specs[p].name + " after the run", options);
    }
  }

  void agrees_forward_alone(const LayerRunOptions& options) {
    LayerCase forward = answers_.test;
    forward.diff_output.clear();
    compare(run_layer(forward, options), options);
  }

  // As any number of threads gives, and the layer made again from its config.
  void gives_the_same_bits(LayerRunOptions options) {
    const LayerResult once = run_layer(answers_.test, options);
    const Json config = parse_json(problem_.layer->config().dump(), "config");
    LayerCase again = answers_.test;
    again.layer = make_layer(problem_.layer->type(), config, "config");
    if (again.layer->config() != config) fail("config becomes " + again.layer->config().dump(), options);
    if (!(run_layer(again, options) == once)) fail("other bits in a second run, made from the config", options);
    for (const int threads : {2, 5}) {
      options.threads = threads;
      if (!(run_layer(answers_.test, options) == once)) fail("other bits than with one thread", options);
    }
  }

 private:
  void compare(const LayerResult& got, const LayerRunOptions& options) {
    const Shape inferred = problem_.layer->infer(problem_.shapes);
    if (!(inferred == got.shape)) fail("shape " + to_string(got.shape) + ", not " + to_string(inferred), options);
    close(got.output, answers_.output, "output", options);
  }

  void close(const Floats& got, const Doubles& expected, const std::string& what, const LayerRunOptions& options) {
    const double apart = golden_difference(got, floats(expected));
    if (!(apart <= tolerance_))
      fail(fmt::format("{} is {:.2g} from the reference, not {:.2g}", what, apart, tolerance_), options);
  }

  void fail(const std::string& what, const LayerRunOptions& options) {
    const testing::TestInfo* info = testing::UnitTest::GetInstance()->current_test_info();
    ADD_FAILURE() << problem_.layer->type() << ": " << what << " (" << to_string(options)
                  << (problem_.training ? ", training" : "") << "): FOVEA_PROBLEM='" << problem_.line
                  << "' layers_test --gtest_filter=" << info->test_suite_name() << "." << info->name();
  }

  const LayerProblem& problem_;
  double tolerance_;
  Answers answers_;
};

}  // namespace

void check_layer(const LayerProblem& problem) {
  Checker checker(problem);
  for (const int64_t block : problem.blocks) checker.agrees_with_the_reference({.block = block});
  checker.agrees_with_the_reference({.lanes = 2, .tile = 1, .block = 0});
  checker.agrees_with_the_reference({.lanes = 3, .tile = 3, .block = problem.blocks.back()});
  if (!problem.training) checker.agrees_forward_alone({.lanes = 2, .block = 0});
  checker.gives_the_same_bits({.lanes = 5, .tile = 2, .block = 0});
}

std::vector<Problem> problems_to_check(const std::string& name) {
  const char* line = std::getenv("FOVEA_PROBLEM");
  return line != nullptr ? std::vector<Problem>{parse_problem(line)} : problems(name);
}

Shape picture_of(const Problem& problem) {
  const int64_t channels = problem.size("c");
  return problem.sizes.contains("i") ? Shape{problem.size("i", 0), problem.size("i", 1), channels} : Shape{channels};
}

Floats apply(std::shared_ptr<Layer> layer, const Shape& shape, const Floats& input,
             const std::vector<Floats>& weights) {
  const int64_t batch = static_cast<int64_t>(input.size()) / shape.elements();
  return run_layer(
             {.layer = std::move(layer), .batch = batch, .shapes = {shape}, .inputs = {input}, .weights = weights})
      .output;
}

}  // namespace fovea
