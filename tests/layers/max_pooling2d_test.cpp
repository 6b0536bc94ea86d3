#include "fovea/layers/max_pooling2d.h"

#include <gtest/gtest.h>

#include "tests/harness/files.h"
#include "tests/layers/pool_truth.h"

namespace fovea {
namespace {

TEST(MaxPooling2D, AgreesWithTheReference) { check_pooling<MaxPooling2D>(kernels::PoolAlgorithm::max); }

TEST(MaxPooling2D, KeepsTheLargest) {
  EXPECT_EQ(apply(std::make_shared<MaxPooling2D>(), {2, 4, 1}, {1, 2, -5, -6, 4, 3, -7, -8}), Floats({4, -5}));
}

TEST(MaxPooling2D, LetsPaddingNeverWin) {
  const auto layer = std::make_shared<MaxPooling2D>(MaxPooling2DOptions{.padding = Padding::same});
  EXPECT_EQ(apply(layer, {1, 3, 1}, {-1, -2, -3}), Floats({-1, -3}));
}

TEST(MaxPooling2D, SendsATiesGradientToTheFirstCell) {
  const LayerResult result = run_layer({.layer = std::make_shared<MaxPooling2D>(),
                                        .batch = 1,
                                        .shapes = {{2, 2, 1}},
                                        .inputs = {{1, 3, 3, 3}},
                                        .diff_output = {5}});
  EXPECT_EQ(result.diff_inputs[0], Floats({0, 5, 0, 0}));
}

TEST(MaxPooling2D, RefusesAWindowLargerThanThePicture) {
  const MaxPooling2D layer({.pool_size = 5, .name = "pool"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 1}});
                },
                ErrorKind::usage),
            "pool: pool_size 5x5 is larger than the picture 4x4");
  const MaxPooling2D large({.pool_size = {256, 257}, .name = "pool"});
  EXPECT_EQ(refusal([&] { large.infer(std::vector<Shape>{{300, 300, 1}}); }, ErrorKind::usage),
            "pool: pool_size 256x257 has too many cells (expected at most 65536)");
}

}  // namespace
}  // namespace fovea
