#include "fovea/layers/random_brightness.h"

#include "tests/harness/files.h"
#include "tests/layers/random_truth.h"

namespace fovea {
namespace {

TEST(RandomBrightness, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    if (shape.rank() != 3) continue;
    const Truth truth = {.forward = [=](auto& inputs, auto&) {
      Doubles dst = inputs[0];
      for (size_t i = 0; i < dst.size(); ++i)
        dst[i] += static_cast<float>(drawn_of(static_cast<int64_t>(i) / shape.elements(), -4, 6).first);
      return dst;
    }};
    check_layer({.line = problem.line,
                 .layer = std::make_shared<RandomBrightness>(
                     RandomBrightnessOptions{.factor = {-0.2, 0.3}, .value_range = {-10, 10}}),
                 .batch = problem.size("n"),
                 .shapes = {shape},
                 .truth = truth,
                 .training = true});
  }
}

TEST(RandomBrightness, KeepsNumbersWithinTheRange) {
  const auto layer =
      std::make_shared<RandomBrightness>(RandomBrightnessOptions{.factor = {0.5, 0.5}, .value_range = {0, 1}});
  const LayerResult result = run_layer({.layer = layer,
                                        .batch = 1,
                                        .shapes = {{1, 2, 1}},
                                        .inputs = {{0.25f, 0.75f}},
                                        .diff_output = {2, 3},
                                        .training = true});
  EXPECT_EQ(result.output, Floats({0.75f, 1}));
  EXPECT_EQ(result.diff_inputs[0], Floats({2, 0}));
}

TEST(RandomBrightness, GivesItsInputUnchangedInInference) {
  EXPECT_EQ(apply(std::make_shared<RandomBrightness>(RandomBrightnessOptions{.factor = 0.5}), {1, 3, 1}, {1, 2, 300}),
            Floats({1, 2, 300}));
}

TEST(RandomBrightness, RefusesMoreThanTheRange) {
  const RandomBrightness layer({.factor = 1.5, .name = "light"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}});
                },
                ErrorKind::usage),
            "light: factor must lie between -1 and 1 (got -1.5 to 1.5)");
}

}  // namespace
}  // namespace fovea
