#include "fovea/layers/elu.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fovea/kernels/eltwise_ref.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(ELU, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps"))
    for (const float alpha : {1.0f, 0.3f, 0.0f}) {
      const auto depth = static_cast<double>(alpha);
      Truth truth;
      truth.forward = [=](auto& inputs, auto&) {
        Doubles dst = inputs[0];
        for (double& x : dst) x = kernels::activation_ref(kernels::Activation::elu, x, depth);
        return dst;
      };
      truth.backward = [=](auto& inputs, auto&, const Doubles& diff_output) {
        Doubles diff = diff_output;
        for (size_t i = 0; i < diff.size(); ++i) diff[i] *= inputs[0][i] > 0 ? 1 : depth * std::exp(inputs[0][i]);
        return Gradients{{diff}, {}};
      };
      check_layer({.line = problem.line,
                   .layer = std::make_shared<ELU>(ELUOptions{.alpha = alpha}),
                   .batch = problem.size("n"),
                   .shapes = {picture_of(problem)},
                   .truth = truth});
    }
}

TEST(ELU, ApproachesMinusAlpha) {
  const auto layer = std::make_shared<ELU>(ELUOptions{.alpha = 0.5f});
  EXPECT_EQ(apply(layer, {3}, {-100, 0, 7}), Floats({-0.5f, 0, 7}));
}

TEST(ELU, RefusesANegativeAlpha) {
  const ELU layer({.alpha = -1, .name = "elu"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{3}}); }, ErrorKind::usage),
            "elu: alpha must not be negative (got -1)");
}

}  // namespace
}  // namespace fovea
