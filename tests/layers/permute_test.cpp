#include "fovea/layers/permute.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// By place in the output: where its element lies in the input.
std::vector<size_t> places(const Shape& src, const Shape& dst, const std::vector<int64_t>& dims) {
  std::vector<size_t> from;
  for (int64_t i = 0; i < dst.elements(); ++i) {
    std::vector<int64_t> at(dims.size());
    int64_t rest = i, place = 0;
    for (size_t axis = dims.size(); axis-- > 0; rest /= dst[static_cast<int>(axis)])
      at[static_cast<size_t>(dims[axis] - 1)] = rest % dst[static_cast<int>(axis)];
    for (int axis = 0; axis < src.rank(); ++axis) place = place * src[axis] + at[static_cast<size_t>(axis)];
    from.push_back(static_cast<size_t>(place));
  }
  return from;
}

TEST(Permute, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    std::vector<std::vector<int64_t>> orders = {{1}};
    if (shape.rank() == 3) orders = {{1, 2, 3}, {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
    for (const auto& dims : orders) {
      const auto layer = std::make_shared<Permute>(PermuteOptions{.dims = dims});
      const std::vector<size_t> from = places(shape, layer->infer(std::vector{shape}), dims);
      check_layer({.line = problem.line,
                   .layer = layer,
                   .batch = problem.size("n"),
                   .shapes = {shape},
                   .truth = {.forward = [=](auto& inputs, auto&) {
                     Doubles dst;
                     for (size_t row = 0; row < inputs[0].size(); row += from.size())
                       for (const size_t place : from) dst.push_back(inputs[0][row + place]);
                     return dst;
                   }}});
    }
  }
}

TEST(Permute, TurnsRowsIntoColumns) {
  const auto layer = std::make_shared<Permute>(PermuteOptions{.dims = {2, 1, 3}});
  EXPECT_EQ(layer->infer(std::vector<Shape>{{2, 3, 1}}), Shape({3, 2, 1}));
  EXPECT_EQ(apply(layer, {2, 3, 1}, {1, 2, 3, 4, 5, 6}), Floats({1, 4, 2, 5, 3, 6}));
}

TEST(Permute, RefusesWhatIsNoOrderOfItsAxes) {
  const Permute layer({.dims = {2, 2, 1}, .name = "turn"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{2, 3, 4}}); }, ErrorKind::usage),
            "turn: dims must be an order of the axes 1 to 3 (got [2, 2, 1])");
}

}  // namespace
}  // namespace fovea
