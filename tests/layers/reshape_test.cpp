#include "fovea/layers/reshape.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Shape reshaped(std::vector<int64_t> target, const Shape& shape) {
  return Reshape({.target_shape = std::move(target), .name = "other"}).infer(std::vector<Shape>{shape});
}

TEST(Reshape, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    const std::vector<std::vector<int64_t>> targets = {
        {-1}, {1, -1}, {shape.back(), -1}, {-1, 1, shape.back()}, {1, -1, 1, 1}};
    for (const std::vector<int64_t>& target : targets)
      check_layer({.line = problem.line,
                   .layer = std::make_shared<Reshape>(ReshapeOptions{.target_shape = target}),
                   .batch = problem.size("n"),
                   .shapes = {shape},
                   .truth = {.forward = [](auto& inputs, auto&) { return inputs[0]; }}});
  }
}

TEST(Reshape, FindsTheSizeThatIsLeftOver) {
  EXPECT_EQ(reshaped({-1, 6}, {2, 3, 4}), Shape({4, 6}));
  EXPECT_EQ(reshaped({4, 3, 2}, {24}), Shape({4, 3, 2}));
  EXPECT_EQ(apply(std::make_shared<Reshape>(ReshapeOptions{.target_shape = {4, 1}}), {2, 1, 2}, {1, 2, 3, 4}),
            Floats({1, 2, 3, 4}));
}

TEST(Reshape, RefusesSizesThatDoNotFit) {
  const auto refused = [](const std::vector<int64_t>& target) {
    return refusal([&] { reshaped(target, {2, 3, 4}); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused({5, 5}), "other: target_shape must hold as many numbers as the input (got [5, 5] for 24 numbers)");
  EXPECT_EQ(refused({-1, 5}), "other: target_shape must hold as many numbers as the input (got [-1, 5] for 24 numbers)");
  EXPECT_EQ(refused({12}), "other: target_shape must hold as many numbers as the input (got [12] for 24 numbers)");
  EXPECT_EQ(refused({-1, -1}), "other: target_shape may leave one size open (got [-1, -1] for 24 numbers)");
  EXPECT_EQ(refused({}), "other: target_shape must have 1 to 7 sizes (got [] for 24 numbers)");
}

}  // namespace
}  // namespace fovea
