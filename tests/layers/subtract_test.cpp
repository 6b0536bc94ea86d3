#include "fovea/layers/subtract.h"

#include <gtest/gtest.h>

#include "tests/harness/files.h"
#include "tests/layers/merge_truth.h"

namespace fovea {
namespace {

TEST(Subtract, AgreesWithTheReference) { check_merge<Subtract>(kernels::Merge::subtract, {2}); }

TEST(Subtract, TakesTheSecondFromTheFirst) {
  const LayerResult result = merged<Subtract>({{5, 2}, {3, 4}}, {1, 10});
  EXPECT_EQ(result.output, Floats({2, -2}));
  EXPECT_EQ(result.diff_inputs[0], Floats({1, 10}));
  EXPECT_EQ(result.diff_inputs[1], Floats({-1, -10}));
}

TEST(Subtract, RefusesThreeInputs) {
  const Subtract layer({.name = "difference"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>(3, Shape{3})); }, ErrorKind::usage),
            "difference: Subtract takes two inputs (got 3)");
}

}  // namespace
}  // namespace fovea
