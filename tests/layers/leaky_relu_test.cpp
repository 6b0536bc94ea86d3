#include "fovea/layers/leaky_relu.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fovea/layers/registry.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Truth truth_of(float slope) {
  Truth truth;
  truth.forward = [=](auto& inputs, auto&) {
    Doubles dst = inputs[0];
    for (double& x : dst) x = x > 0 ? x : x * static_cast<double>(slope);
    return dst;
  };
  truth.backward = [=](auto& inputs, auto&, const Doubles& diff_output) {
    Doubles diff = diff_output;
    for (size_t i = 0; i < diff.size(); ++i) diff[i] *= inputs[0][i] > 0 ? 1 : static_cast<double>(slope);
    return Gradients{{diff}, {}};
  };
  return truth;
}

TEST(LeakyReLU, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps"))
    for (const float slope : {0.3f, 0.0f, -0.5f})
      check_layer({.line = problem.line,
                   .layer = std::make_shared<LeakyReLU>(LeakyReLUOptions{.negative_slope = slope}),
                   .batch = problem.size("n"),
                   .shapes = {picture_of(problem)},
                   .truth = truth_of(slope)});
}

TEST(LeakyReLU, LeaksBelowZero) {
  const LayerResult result = run_layer({.layer = std::make_shared<LeakyReLU>(LeakyReLUOptions{.negative_slope = 0.25f}),
                                        .batch = 1,
                                        .shapes = {{3}},
                                        .inputs = {{-8, 0, 8}},
                                        .diff_output = {1, 1, 1}});
  EXPECT_EQ(result.output, Floats({-2, 0, 8}));
  EXPECT_EQ(result.diff_inputs[0], Floats({0.25f, 0.25f, 1}));
}

TEST(LeakyReLU, ReadsTheSlopesOlderName) {
  const auto layer = make_layer("LeakyReLU", {{"alpha", 0.125}}, "model");
  EXPECT_EQ(layer->config()["negative_slope"], 0.125);
  EXPECT_FALSE(layer->config().contains("alpha"));
}

TEST(LeakyReLU, RefusesASlopeThatIsNoNumber) {
  const LeakyReLU layer({.negative_slope = NAN, .name = "leak"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{3}}); }, ErrorKind::usage),
            "leak: negative_slope must be a number (got nan)");
}

}  // namespace
}  // namespace fovea
