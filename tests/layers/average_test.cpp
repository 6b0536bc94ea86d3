#include "fovea/layers/average.h"

#include <gtest/gtest.h>

#include "tests/harness/files.h"
#include "tests/layers/merge_truth.h"

namespace fovea {
namespace {

TEST(Average, AgreesWithTheReference) { check_merge<Average>(kernels::Merge::average, {2, 3}); }

TEST(Average, SharesTheGradient) {
  const LayerResult result = merged<Average>({{2, 0}, {4, 7}}, {1, 10});
  EXPECT_EQ(result.output, Floats({3, 3.5f}));
  EXPECT_EQ(result.diff_inputs[0], Floats({0.5f, 5}));
  EXPECT_EQ(result.diff_inputs[1], Floats({0.5f, 5}));
}

TEST(Average, RefusesInputsOfOtherShapes) {
  const Average layer({.name = "merge"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}, {4, 4, 5}});
                },
                ErrorKind::usage),
            "merge: inputs must have one shape, or sizes of 1 that stretch (got (4, 4, 3) and (4, 4, 5))");
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{3}}); }, ErrorKind::usage),
            "merge: Average takes two inputs or more (got 1)");
}

}  // namespace
}  // namespace fovea
