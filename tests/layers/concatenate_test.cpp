#include "fovea/layers/concatenate.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// Along an axis of one picture: inputs take turns in runs of what lies below the axis.
Truth truth_of(int64_t batch, const std::vector<Shape>& shapes, int axis) {
  return {.forward = [=](auto& inputs, auto&) {
    int64_t outer = batch;
    for (int a = 0; a < axis; ++a) outer *= shapes[0][a];
    Doubles dst;
    for (int64_t o = 0; o < outer; ++o)
      for (const Doubles& input : inputs) {
        const auto run = static_cast<int64_t>(input.size()) / outer;
        dst.insert(dst.end(), input.begin() + o * run, input.begin() + (o + 1) * run);
      }
    return dst;
  }};
}

void check_every_axis(const std::string& line, int64_t batch, const Shape& shape) {
  for (int axis = 0; axis < shape.rank(); ++axis) {
    std::vector<Shape> shapes = {shape, shape, shape};
    shapes[1][axis] += 3;
    shapes[2][axis] = 1;
    // From the end, or with the batch as axis 0.
    const int64_t given = axis % 2 == 0 ? axis - shape.rank() : axis + 1;
    check_layer({.line = line,
                 .layer = std::make_shared<Concatenate>(ConcatenateOptions{.axis = {given}}),
                 .batch = batch,
                 .shapes = shapes,
                 .truth = truth_of(batch, shapes, axis)});
  }
}

TEST(Concatenate, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps"))
    check_every_axis(problem.line, problem.size("n"), picture_of(problem));
}

TEST(Concatenate, JoinsTensorsOfAnyRank) {
  for (const Shape& shape : {Shape{7, 5}, Shape{2, 3, 4, 5}, Shape{2, 3, 1, 2, 4}})
    check_every_axis(to_string(shape), 5, shape);
}

TEST(Concatenate, JoinsChannels) {
  const LayerResult result = run_layer({.layer = std::make_shared<Concatenate>(),
                                        .batch = 1,
                                        .shapes = {{1, 2, 1}, {1, 2, 2}},
                                        .inputs = {{1, 2}, {10, 11, 20, 21}},
                                        .diff_output = {1, 2, 3, 4, 5, 6}});
  EXPECT_EQ(result.shape, Shape({1, 2, 3}));
  EXPECT_EQ(result.output, Floats({1, 10, 11, 2, 20, 21}));
  EXPECT_EQ(result.diff_inputs[0], Floats({1, 4}));
  EXPECT_EQ(result.diff_inputs[1], Floats({2, 3, 5, 6}));
}

TEST(Concatenate, JoinsAxesOfTwo) {
  const LayerResult result = run_layer({.layer = std::make_shared<Concatenate>(ConcatenateOptions{.axis = {1}}),
                                        .batch = 1,
                                        .shapes = {{1, 2}, {2, 2}},
                                        .inputs = {{1, 2}, {3, 4, 5, 6}}});
  EXPECT_EQ(result.shape, Shape({3, 2}));
  EXPECT_EQ(result.output, Floats({1, 2, 3, 4, 5, 6}));
}

TEST(Concatenate, RefusesOtherSizesThatDifferAndTheBatchsAxis) {
  const auto refused = [](int64_t axis, const std::vector<Shape>& shapes) {
    const Concatenate layer({.axis = {axis}, .name = "join"});
    return refusal([&] { return layer.infer(shapes); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused(-1, {{4, 4, 3}, {4, 5, 3}}),
            "join: inputs must agree in all sizes but that of axis -1 (got (4, 4, 3) and (4, 5, 3))");
  EXPECT_EQ(refused(0, {{4, 4, 3}, {4, 4, 3}}),
            "join: axis must lie between 1 and 3, or be negative from the end (got 0)");
}

}  // namespace
}  // namespace fovea
