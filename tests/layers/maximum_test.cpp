#include "fovea/layers/maximum.h"

#include <gtest/gtest.h>

#include "tests/harness/files.h"
#include "tests/layers/merge_truth.h"

namespace fovea {
namespace {

TEST(Maximum, AgreesWithTheReference) { check_merge<Maximum>(kernels::Merge::maximum, {2, 3}); }

TEST(Maximum, SendsTheGradientToTheFirstOfEqualOnes) {
  const LayerResult result = merged<Maximum>({{2, 5, 4}, {7, 5, 4}, {1, 5, 9}}, {1, 10, 100});
  EXPECT_EQ(result.output, Floats({7, 5, 9}));
  EXPECT_EQ(result.diff_inputs[0], Floats({0, 10, 0}));
  EXPECT_EQ(result.diff_inputs[1], Floats({1, 0, 0}));
  EXPECT_EQ(result.diff_inputs[2], Floats({0, 0, 100}));
}

TEST(Maximum, RefusesInputsOfOtherShapes) {
  const Maximum layer({.name = "merge"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}, {4, 4, 5}});
                },
                ErrorKind::usage),
            "merge: inputs must have one shape, or sizes of 1 that stretch (got (4, 4, 3) and (4, 4, 5))");
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{3}}); }, ErrorKind::usage),
            "merge: Maximum takes two inputs or more (got 1)");
}

}  // namespace
}  // namespace fovea
