#include "fovea/layers/multiply.h"

#include <gtest/gtest.h>

#include "tests/harness/files.h"
#include "tests/layers/merge_truth.h"

namespace fovea {
namespace {

TEST(Multiply, AgreesWithTheReference) { check_merge<Multiply>(kernels::Merge::multiply, {2, 3}); }

TEST(Multiply, HandsEachTheProductOfTheOthers) {
  const LayerResult result = merged<Multiply>({{2, 0}, {3, 4}, {5, 6}}, {1, 10});
  EXPECT_EQ(result.output, Floats({30, 0}));
  EXPECT_EQ(result.diff_inputs[0], Floats({15, 240}));
  EXPECT_EQ(result.diff_inputs[1], Floats({10, 0}));
  EXPECT_EQ(result.diff_inputs[2], Floats({6, 0}));
}

TEST(Multiply, RefusesInputsOfOtherShapes) {
  const Multiply layer({.name = "merge"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}, {4, 4, 5}});
                },
                ErrorKind::usage),
            "merge: inputs must have one shape, or sizes of 1 that stretch (got (4, 4, 3) and (4, 4, 5))");
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{3}}); }, ErrorKind::usage),
            "merge: Multiply takes two inputs or more (got 1)");
}

}  // namespace
}  // namespace fovea
