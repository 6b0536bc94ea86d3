#include "fovea/layers/spatial_dropout2d.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fovea/kernels/eltwise_ref.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// A channel is addressed as dropout addresses an element of a picture; check_layer puts one layer between input and this one.
Truth truth_of(float rate, const Shape& shape) {
  constexpr uint32_t kStream = purpose::kLayer + 2;
  return {.forward = [=](auto& inputs, auto&) {
    Doubles dst = inputs[0];
    for (size_t i = 0; i < dst.size(); ++i) {
      const auto row = static_cast<int64_t>(i) / shape.elements(), channel = static_cast<int64_t>(i) % shape.back();
      const bool kept =
          kernels::dropout_keeps_ref(rate, kRunSeed, kStream, kRunEpoch, static_cast<uint64_t>(kRunPosition + row),
                                     static_cast<uint64_t>(channel));
      dst[i] = kept ? dst[i] / (1 - static_cast<double>(rate)) : 0;
    }
    return dst;
  }};
}

TEST(SpatialDropout2D, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    if (shape.rank() != 3) continue;
    for (const float rate : {0.1f, 0.5f})
      check_layer({.line = problem.line,
                   .layer = std::make_shared<SpatialDropout2D>(rate),
                   .batch = problem.size("n"),
                   .shapes = {shape},
                   .truth = truth_of(rate, shape),
                   .training = true});
  }
}

TEST(SpatialDropout2D, DropsChannelsAsAWhole) {
  constexpr int64_t kBatch = 40, kCells = 6, kChannels = 50;
  const LayerResult result = run_layer({.layer = std::make_shared<SpatialDropout2D>(0.25f),
                                        .batch = kBatch,
                                        .shapes = {{2, 3, kChannels}},
                                        .inputs = {Floats(kBatch * kCells * kChannels, 0.75f)},
                                        .training = true});
  int64_t dropped = 0;
  for (int64_t n = 0; n < kBatch; ++n)
    for (int64_t c = 0; c < kChannels; ++c) {
      const float first = result.output[static_cast<size_t>(n * kCells * kChannels + c)];
      EXPECT_TRUE(first == 0 || first == 1) << first;
      dropped += first == 0;
      for (int64_t cell = 1; cell < kCells; ++cell)
        EXPECT_EQ(result.output[static_cast<size_t>((n * kCells + cell) * kChannels + c)], first);
    }
  EXPECT_NEAR(static_cast<double>(dropped) / (kBatch * kChannels), 0.25,
              4 * std::sqrt(0.25 * 0.75 / (kBatch * kChannels)));
}

TEST(SpatialDropout2D, GivesItsInputUnchangedInInference) {
  EXPECT_EQ(apply(std::make_shared<SpatialDropout2D>(0.9f), {1, 2, 2}, {1, -2, 3, -4}), Floats({1, -2, 3, -4}));
}

TEST(SpatialDropout2D, RefusesARateAboveOneAndVectors) {
  const SpatialDropout2D layer({.rate = 1.5f, .name = "drop"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{2, 2, 3}}); }, ErrorKind::usage),
            "drop: rate must lie between 0 and 1 (got 1.5)");
  EXPECT_EQ(refusal([&] { return SpatialDropout2D({.name = "drop"}).infer(std::vector<Shape>{{9}}); }, ErrorKind::usage),
            "drop: SpatialDropout2D takes pictures of shape (rows, columns, channels) (got shape (9,))");
}

}  // namespace
}  // namespace fovea
