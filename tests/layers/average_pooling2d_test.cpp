#include "fovea/layers/average_pooling2d.h"

#include <gtest/gtest.h>

#include "tests/harness/files.h"
#include "tests/layers/pool_truth.h"

namespace fovea {
namespace {

TEST(AveragePooling2D, AgreesWithTheReference) { check_pooling<AveragePooling2D>(kernels::PoolAlgorithm::average); }

TEST(AveragePooling2D, CountsRealCellsAlone) {
  const auto layer = std::make_shared<AveragePooling2D>(AveragePooling2DOptions{.padding = Padding::same});
  EXPECT_EQ(apply(layer, {2, 3, 1}, {1, 2, 7, 4, 5, 9}), Floats({3, 8}));
}

TEST(AveragePooling2D, RefusesVectors) {
  const AveragePooling2D layer({.name = "pool"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{9}}); }, ErrorKind::usage),
            "pool: AveragePooling2D takes pictures of shape (rows, columns, channels) (got shape (9,))");
}

}  // namespace
}  // namespace fovea
