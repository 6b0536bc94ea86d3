#include "fovea/layers/flatten.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(Flatten, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps"))
    check_layer({.line = problem.line,
                 .layer = std::make_shared<Flatten>(),
                 .batch = problem.size("n"),
                 .shapes = {picture_of(problem)},
                 .truth = {.forward = [](auto& inputs, auto&) { return inputs[0]; }}});
}

TEST(Flatten, TakesRowsThenColumnsThenChannels) {
  EXPECT_EQ(Flatten().infer(std::vector<Shape>{{2, 3, 4}}), Shape({24}));
  EXPECT_EQ(apply(std::make_shared<Flatten>(), {2, 1, 2}, {1, 2, 3, 4}), Floats({1, 2, 3, 4}));
}

TEST(Flatten, RefusesTwoInputs) {
  const Flatten layer({.name = "flat"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{9}, {9}});
                },
                ErrorKind::usage),
            "flat: Flatten takes one input (got 2)");
}

}  // namespace
}  // namespace fovea
