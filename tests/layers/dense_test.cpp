#include "fovea/layers/dense.h"

#include <gtest/gtest.h>

#include "fovea/kernels/dense_ref.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Doubles product(const kernels::DenseProblem& p, Truth::Inputs inputs, Truth::Inputs weights, bool relu) {
  Doubles dst(static_cast<size_t>(p.n * p.out));
  kernels::dense_forward_ref<double>(p, inputs[0].data(), weights[0].data(),
                                     weights.size() > 1 ? weights[1].data() : nullptr, relu, dst.data());
  return dst;
}

Truth truth_of(const kernels::DenseProblem& p, bool relu) {
  Truth truth;
  truth.forward = [=](auto& inputs, auto& weights) { return product(p, inputs, weights, relu); };
  truth.backward = [=](auto& inputs, auto& weights, const Doubles& diff_output) {
    Doubles diff = diff_output;
    if (relu) {
      const Doubles x = product(p, inputs, weights, false);
      for (size_t i = 0; i < x.size(); ++i) diff[i] = x[i] > 0 ? diff[i] : 0;
    }
    Gradients g{{Doubles(inputs[0].size())}, {}};
    for (const Doubles& weight : weights) g.weights.emplace_back(weight.size());
    kernels::dense_backward_data_ref<double>(p, diff.data(), weights[0].data(), g.inputs[0].data());
    kernels::dense_backward_weights_ref<double>(p, inputs[0].data(), diff.data(), g.weights[0].data(),
                                                weights.size() > 1 ? g.weights[1].data() : nullptr);
    return g;
  };
  if (relu) truth.before_relu = [=](auto& inputs, auto& weights) { return product(p, inputs, weights, false); };
  return truth;
}

void check(const std::string& line, const DenseOptions& options, int64_t batch, const Shape& shape) {
  const kernels::DenseProblem p = {
      .n = batch * (shape.elements() / shape.back()), .in = shape.back(), .out = options.units};
  check_layer({.line = line,
               .layer = std::make_shared<Dense>(options),
               .batch = batch,
               .shapes = {shape},
               .truth = truth_of(p, options.activation == ActivationKind::relu),
               .terms = std::max({p.n, p.in, p.out}),
               .blocks = shape.rank() == 3 ? std::vector<int64_t>{0, 8, 16, 1} : std::vector<int64_t>{0}});
}

TEST(Dense, AgreesWithTheReference) {
  bool relu = false;
  for (const Problem& problem : problems_to_check("dense")) {
    const kernels::DenseProblem p = dense_problem(problem);
    relu = !relu;
    check(problem.line,
          {.units = p.out, .activation = relu ? ActivationKind::relu : ActivationKind::linear, .use_bias = p.n != 3},
          p.n, {p.in});
  }
}

TEST(Dense, WorksOverTheLastAxisOfPictures) {
  for (const Problem& problem : problems_to_check("maps"))
    check(problem.line, {.units = 7, .activation = ActivationKind::relu}, problem.size("n"), picture_of(problem));
}

TEST(Dense, MultipliesAndAddsTheBias) {
  const auto layer = std::make_shared<Dense>(DenseOptions{.units = 2});
  // (1 2) · (1 10 / 2 20) + (0.5 -1)
  EXPECT_EQ(apply(layer, {2}, {1, 2}, {{1, 10, 2, 20}, {0.5f, -1}}), Floats({5.5f, 49}));
}

TEST(Dense, RefusesNoUnits) {
  const Dense layer({.units = 0, .name = "dense"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{3}}); }, ErrorKind::usage),
            "dense: units must be at least 1 (got 0)");
}

}  // namespace
}  // namespace fovea
