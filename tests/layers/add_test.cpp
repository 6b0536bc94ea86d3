#include "fovea/layers/add.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(Add, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps"))
    for (const size_t inputs : {2, 3})
      check_layer({.line = problem.line,
                   .layer = std::make_shared<Add>(),
                   .batch = problem.size("n"),
                   .shapes = std::vector<Shape>(inputs, picture_of(problem)),
                   .truth = {.forward = [](auto& arrays, auto&) {
                     Doubles sum(arrays[0].size());
                     for (const Doubles& array : arrays)
                       for (size_t i = 0; i < sum.size(); ++i) sum[i] += array[i];
                     return sum;
                   }}});
}

TEST(Add, AddsElementByElement) {
  const LayerResult result = run_layer({.layer = std::make_shared<Add>(),
                                        .batch = 1,
                                        .shapes = {{2}, {2}},
                                        .inputs = {{1, 2}, {10, 20}},
                                        .diff_output = {3, 4}});
  EXPECT_EQ(result.output, Floats({11, 22}));
  EXPECT_EQ(result.diff_inputs[0], Floats({3, 4}));
  EXPECT_EQ(result.diff_inputs[1], Floats({3, 4}));
}

TEST(Add, RefusesInputsOfOtherShapesAndOneInput) {
  const Add layer({.name = "sum"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}, {4, 4, 5}});
                },
                ErrorKind::usage),
            "sum: inputs must have one shape, or sizes of 1 that stretch (got (4, 4, 3) and (4, 4, 5))");
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{3}}); }, ErrorKind::usage),
            "sum: Add takes two inputs or more (got 1)");
}

}  // namespace
}  // namespace fovea
