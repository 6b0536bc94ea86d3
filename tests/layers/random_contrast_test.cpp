#include "fovea/layers/random_contrast.h"

#include "tests/harness/files.h"
#include "tests/layers/random_truth.h"

namespace fovea {
namespace {

// With inputs in -1 … 1 nothing is clipped: what is, is looked at apart.
Truth truth_of(const Shape& shape, double low, double high) {
  return {.forward = [=](auto& inputs, auto&) {
    Doubles dst = inputs[0];
    const auto channels = static_cast<size_t>(shape.back()), picture = static_cast<size_t>(shape.elements());
    for (size_t first = 0; first < dst.size(); first += picture) {
      const double factor = static_cast<float>(drawn_of(static_cast<int64_t>(first / picture), low, high).first);
      for (size_t c = 0; c < channels; ++c) {
        double mean = 0;
        for (size_t i = c; i < picture; i += channels)
          mean += dst[first + i] * static_cast<double>(channels) / static_cast<double>(picture);
        for (size_t i = c; i < picture; i += channels) dst[first + i] = (dst[first + i] - mean) * factor + mean;
      }
    }
    return dst;
  }};
}

TEST(RandomContrast, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    if (shape.rank() != 3) continue;
    const RandomContrastOptions options{.factor = {0.4, 0.8}, .value_range = {-100, 100}};
    check_layer({.line = problem.line,
                 .layer = std::make_shared<RandomContrast>(options),
                 .batch = problem.size("n"),
                 .shapes = {shape},
                 .truth = truth_of(shape, 0.6, 1.8),
                 .training = true,
                 .terms = shape[0] * shape[1]});
  }
}

TEST(RandomContrast, KeepsNumbersWithinTheRange) {
  const auto layer = std::make_shared<RandomContrast>(RandomContrastOptions{.factor = {0, 1}, .value_range = {0, 1}});
  const LayerResult result = run_layer(
      {.layer = layer, .batch = 1, .shapes = {{1, 2, 1}}, .inputs = {{0, 1}}, .diff_output = {1, 1}, .training = true});
  EXPECT_EQ(result.output, Floats({0, 1}));
  EXPECT_EQ(result.diff_inputs[0], Floats({0, 0}));
}

TEST(RandomContrast, RefusesMoreThanOne) {
  const RandomContrast layer({.factor = 1.5, .name = "contrast"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}});
                },
                ErrorKind::usage),
            "contrast: factor must lie between 0 and 1 (got 1.5 and 1.5)");
}

}  // namespace
}  // namespace fovea
