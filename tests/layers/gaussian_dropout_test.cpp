#include "fovea/layers/gaussian_dropout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fovea/kernels/noise_ref.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// Elements are addressed by picture and place in Keras's order; check_layer puts one layer between input and this one.
Truth truth_of(float rate, int64_t picture) {
  constexpr uint32_t kStream = purpose::kLayer + 2;
  return {.forward = [=](auto& inputs, auto&) {
    Doubles dst = inputs[0];
    for (size_t i = 0; i < dst.size(); ++i) {
      const auto row = static_cast<int64_t>(i) / picture, element = static_cast<int64_t>(i) % picture;
      const double z = kernels::normal_ref(kRunSeed, kStream, kRunEpoch, static_cast<uint64_t>(kRunPosition + row),
                                           static_cast<uint64_t>(element));
      dst[i] *= 1 + std::sqrt(rate / (1 - static_cast<double>(rate))) * z;
    }
    return dst;
  }};
}

TEST(GaussianDropout, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps"))
    for (const float rate : {0.1f, 0.5f}) {
      const Shape shape = picture_of(problem);
      check_layer({.line = problem.line,
                   .layer = std::make_shared<GaussianDropout>(rate),
                   .batch = problem.size("n"),
                   .shapes = {shape},
                   .truth = truth_of(rate, shape.elements()),
                   .training = true});
    }
}

TEST(GaussianDropout, HasTheDeviationThatItsRateMeans) {
  constexpr int64_t kNumbers = 40000;
  const LayerResult result = run_layer({.layer = std::make_shared<GaussianDropout>(0.2f),
                                        .batch = 8,
                                        .shapes = {{kNumbers / 8}},
                                        .inputs = {Floats(kNumbers, 2)},
                                        .training = true});
  double sum = 0, squares = 0;
  for (const float x : result.output) sum += x - 2, squares += (x - 2.0) * (x - 2.0);
  EXPECT_NEAR(sum / kNumbers, 0, 4 * 1.0 / std::sqrt(kNumbers));
  EXPECT_NEAR(std::sqrt(squares / kNumbers), 1.0, 4 * 1.0 / std::sqrt(2.0 * kNumbers));
}

TEST(GaussianDropout, GivesItsInputUnchangedInInference) {
  EXPECT_EQ(apply(std::make_shared<GaussianDropout>(0.5f), {3}, {1, -2, 3}), Floats({1, -2, 3}));
}

TEST(GaussianDropout, RefusesARateOfOne) {
  const GaussianDropout layer({.rate = 1, .name = "noise"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{9}}); }, ErrorKind::usage),
            "noise: rate must be at least 0 and less than 1 (got 1)");
}

}  // namespace
}  // namespace fovea
