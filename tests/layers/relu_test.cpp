#include "fovea/layers/relu.h"

#include <gtest/gtest.h>

#include "fovea/kernels/eltwise_ref.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Truth truth_of(const ReLUOptions& o) {
  const kernels::ReluProblem p = {.max_value = o.max_value.value_or(0),
                                  .has_max = o.max_value.has_value(),
                                  .negative_slope = o.negative_slope,
                                  .threshold = o.threshold};
  Truth truth;
  truth.forward = [=](auto& inputs, auto&) {
    Doubles dst = inputs[0];
    for (double& x : dst) x = kernels::relu_ref(p, x);
    return dst;
  };
  truth.backward = [=](auto& inputs, auto&, const Doubles& diff_output) {
    Doubles diff = diff_output;
    for (size_t i = 0; i < diff.size(); ++i) diff[i] *= static_cast<double>(kernels::relu_slope_ref(p, inputs[0][i]));
    return Gradients{{diff}, {}};
  };
  return truth;
}

TEST(ReLU, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps"))
    for (const ReLUOptions& options :
         {ReLUOptions{}, ReLUOptions{.max_value = 1.5f}, ReLUOptions{.negative_slope = 0.2f},
          ReLUOptions{.max_value = 1.0f, .negative_slope = 0.1f, .threshold = 0.5f}})
      check_layer({.line = problem.line,
                   .layer = std::make_shared<ReLU>(options),
                   .batch = problem.size("n"),
                   .shapes = {picture_of(problem)},
                   .truth = truth_of(options)});
}

TEST(ReLU, BendsAtItsThresholdAndItsMaximum) {
  const auto layer = std::make_shared<ReLU>(ReLUOptions{.max_value = 4.0f, .negative_slope = 0.5f, .threshold = 1});
  // 0.5 · (x - 1) up to the threshold, then x, then 4.
  EXPECT_EQ(apply(layer, {5}, {-3, 0, 2, 4, 9}), Floats({-2, -0.5f, 2, 4, 4}));
}

TEST(ReLU, RefusesNegativeNumbers) {
  const auto refused = [](ReLUOptions options) {
    options.name = "relu";
    const ReLU layer(options);
    return refusal([&] { return layer.infer(std::vector<Shape>{{3}}); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused({.max_value = -1.0f}), "relu: max_value must not be negative (got -1)");
  EXPECT_EQ(refused({.negative_slope = -1}), "relu: negative_slope must not be negative (got -1)");
  EXPECT_EQ(refused({.threshold = -1}), "relu: threshold must not be negative (got -1)");
}

}  // namespace
}  // namespace fovea
