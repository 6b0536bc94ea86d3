#include "fovea/layers/rescaling.h"

#include <gtest/gtest.h>

#include "fovea/layers/registry.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(Rescaling, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps"))
    check_layer({.line = problem.line,
                 .layer = std::make_shared<Rescaling>(RescalingOptions{.scale = 0.1f, .offset = -1.3f}),
                 .batch = problem.size("n"),
                 .shapes = {picture_of(problem)},
                 .truth = {.forward = [](auto& inputs, auto&) {
                   Doubles dst = inputs[0];
                   for (double& x : dst) x = x * static_cast<double>(0.1f) - static_cast<double>(1.3f);
                   return dst;
                 }}});
}

TEST(Rescaling, MultipliesThenAdds) {
  const auto layer = std::make_shared<Rescaling>(RescalingOptions{.scale = 2, .offset = -1});
  EXPECT_EQ(apply(layer, {3}, {0, 1, -2}), Floats({-1, 1, -5}));
}

TEST(Rescaling, TakesANumberForEachChannel) {
  const std::vector<double> scale = {0.5, -2, 3}, offset = {1, 0, -1};
  check_layer({.line = "a number a channel",
               .layer = std::make_shared<Rescaling>(RescalingOptions{.scale = {0.5f, -2.0f, 3.0f}, .offset = {1.0f, 0.0f, -1.0f}}),
               .batch = 5,
               .shapes = {{4, 5, 3}},
               .truth = {.forward = [=](auto& inputs, auto&) {
                 Doubles dst = inputs[0];
                 for (size_t i = 0; i < dst.size(); ++i) dst[i] = dst[i] * scale[i % 3] + offset[i % 3];
                 return dst;
               }}});
  const Rescaling layer({.scale = {1.0f, 2.0f}, .name = "unit"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{4, 4, 3}}); }, ErrorKind::usage),
            "unit: scale and offset must be numbers or have one for each channel (got 2 for (4, 4, 3))");
}

TEST(Rescaling, RefusesAScaleThatIsNoNumber) {
  const auto made = [] { make_layer("Rescaling", {{"name", "unit"}, {"scale", "1/255"}}, "model"); };
  EXPECT_EQ(refusal(made, ErrorKind::usage), "model: unit: scale: cannot be (got \"1/255\", expected a number)");
}

}  // namespace
}  // namespace fovea
