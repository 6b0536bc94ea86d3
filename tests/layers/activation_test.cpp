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
    for (size_t i = 0; i < diff.size(); ++i) {
      const double x = inputs[0][i], y = kernels::activation_ref(activation, x);
      diff[i] *= kernels::activation_slope_ref(activation, kernels::derivative_from_output(activation) ? y : x);
    }
    return Gradients{{diff}, {}};
  };
  return truth;
}

const std::vector<ActivationKind> kRectifiers = {ActivationKind::relu6, ActivationKind::leaky_relu};

Truth truth_of_rectifier(ActivationKind kind) {
  const kernels::ReluProblem p = kind == ActivationKind::relu6 ? kernels::ReluProblem{.max_value = 6, .has_max = true}
                                                               : kernels::ReluProblem{.negative_slope = 0.2f};
  Truth truth;
  truth.forward = [=](auto& inputs, auto&) {
    Doubles dst = inputs[0];
    for (double& x : dst) x = kernels::relu_ref(p, x);
    return dst;
  };
  truth.backward = [=](auto& inputs, auto&, const Doubles& diff_output) {
    Doubles diff = diff_output;
    for (size_t i = 0; i < diff.size(); ++i) diff[i] *= kernels::relu_slope_ref(p, inputs[0][i]);
    return Gradients{{diff}, {}};
  };
  return truth;
}

TEST(Activation, AgreesWithTheReference) {
  const std::map<ActivationKind, kernels::Activation> kinds = {
      {ActivationKind::linear, kernels::Activation::linear},
      {ActivationKind::relu, kernels::Activation::relu},
      {ActivationKind::sigmoid, kernels::Activation::sigmoid},
      {ActivationKind::tanh, kernels::Activation::tanh},
      {ActivationKind::elu, kernels::Activation::elu},
      {ActivationKind::selu, kernels::Activation::selu},
      {ActivationKind::gelu, kernels::Activation::gelu},
      {ActivationKind::silu, kernels::Activation::silu},
      {ActivationKind::hard_sigmoid, kernels::Activation::hard_sigmoid},
      {ActivationKind::hard_silu, kernels::Activation::hard_silu},
      {ActivationKind::softplus, kernels::Activation::softplus},
      {ActivationKind::mish, kernels::Activation::mish}};
  for (const Problem& problem : problems_to_check("maps")) {
    for (const auto& [kind, activation] : kinds)
      check_layer({.line = problem.line,
                   .layer = std::make_shared<Activation>(kind),
                   .batch = problem.size("n"),
                   .shapes = {picture_of(problem)},
                   .truth = truth_of(activation)});
    for (const ActivationKind kind : kRectifiers)
      check_layer({.line = problem.line,
                   .layer = std::make_shared<Activation>(kind),
                   .batch = problem.size("n"),
                   .shapes = {picture_of(problem)},
                   .truth = truth_of_rectifier(kind)});
  }
}

TEST(Activation, OfTanhAndSigmoidAtZeroIsKnown) {
  EXPECT_EQ(apply(std::make_shared<Activation>(ActivationKind::tanh), {1}, {0}), Floats({0}));
  EXPECT_EQ(apply(std::make_shared<Activation>(ActivationKind::sigmoid), {1}, {0}), Floats({0.5f}));
  EXPECT_EQ(apply(std::make_shared<Activation>(ActivationKind::relu), {3}, {-1, 0, 2}), Floats({0, 0, 2}));
  EXPECT_EQ(apply(std::make_shared<Activation>(ActivationKind::relu6), {3}, {-1, 2, 9}), Floats({0, 2, 6}));
  EXPECT_EQ(apply(std::make_shared<Activation>(ActivationKind::hard_silu), {4}, {-4, 0, 3, 5}), Floats({0, 0, 3, 5}));
}

TEST(Activation, HasKerassNamesOldAndNew) {
  const auto name_of = [](const Json& activation) {
    return make_layer("Activation", {{"activation", activation}}, "model")->config()["activation"];
  };
  EXPECT_EQ(name_of("swish"), "silu");
  EXPECT_EQ(name_of("hard_swish"), "hard_silu");
  EXPECT_EQ(name_of({{"module", "keras.activations"}, {"class_name", "function"}, {"config", "gelu"}}), "gelu");
}

TEST(Activation, RefusesOneItDoesNotKnow) {
  EXPECT_EQ(
      refusal(
          [] {
            make_layer("Activation", {{"activation", "snake"}}, "model");
          },
          ErrorKind::usage),
      "model: activation: unknown activation (got \"snake\", expected one of linear, relu, sigmoid, tanh, softmax, relu6, "
      "leaky_relu, elu, selu, gelu, silu, hard_sigmoid, hard_silu, softplus, mish)");
}

}  // namespace
}  // namespace fovea
