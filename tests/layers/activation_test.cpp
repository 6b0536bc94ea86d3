#include "fovea/layers/activation.h"

#include <gtest/gtest.h>

#include <map>

#include "fovea/kernels/eltwise_ref.h"
#include "fovea/layers/registry.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Truth truth_of(kernels::Activation activation) {
  Truth truth;
  truth.forward = [=](auto& inputs, auto&) {
    Doubles dst = inputs[0];
    for (double& x : dst) x = kernels::activation_ref(activation, x);
    return dst;
  };
  truth.backward = [=](auto& inputs, auto&, const Doubles& diff_output) {
    Doubles diff = diff_output;
    for (size_t i = 0; i < diff.size(); ++i)
      diff[i] *= kernels::activation_slope_ref(activation, kernels::activation_ref(activation, inputs[0][i]));
    return Gradients{{diff}, {}};
  };
  return truth;
}

TEST(Activation, AgreesWithTheReference) {
  const std::map<ActivationKind, kernels::Activation> kinds = {{ActivationKind::linear, kernels::Activation::linear},
                                                               {ActivationKind::relu, kernels::Activation::relu},
                                                               {ActivationKind::sigmoid, kernels::Activation::sigmoid},
                                                               {ActivationKind::tanh, kernels::Activation::tanh}};
  for (const Problem& problem : problems_to_check("maps"))
    for (const auto& [kind, activation] : kinds)
      check_layer({.line = problem.line,
                   .layer = std::make_shared<Activation>(kind),
                   .batch = problem.size("n"),
                   .shapes = {picture_of(problem)},
                   .truth = truth_of(activation)});
}

TEST(Activation, OfTanhAndSigmoidAtZeroIsKnown) {
  EXPECT_EQ(apply(std::make_shared<Activation>(ActivationKind::tanh), {1}, {0}), Floats({0}));
  EXPECT_EQ(apply(std::make_shared<Activation>(ActivationKind::sigmoid), {1}, {0}), Floats({0.5f}));
  EXPECT_EQ(apply(std::make_shared<Activation>(ActivationKind::relu), {3}, {-1, 0, 2}), Floats({0, 0, 2}));
}

TEST(Activation, RefusesOneItDoesNotKnow) {
  EXPECT_EQ(
      refusal(
          [] {
            make_layer("Activation", {{"activation", "selu"}}, "model");
          },
          ErrorKind::usage),
      "model: activation: unknown activation (got \"selu\", expected one of linear, relu, sigmoid, tanh, softmax)");
}

}  // namespace
}  // namespace fovea
