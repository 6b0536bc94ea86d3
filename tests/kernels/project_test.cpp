#include "fovea/kernels/project.h"

#include <algorithm>

#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

std::vector<double> projected(const KernelPtr& kernel, const std::vector<double>& weights) {
  GuardedBuffer w = floats_buffer(weights);
  run_loop(kernel, {&w});
  return values_of(w);
}

TEST(Project, NegativeWeightsBecomeZero) {
  EXPECT_EQ(projected(not_negative(4), {1, -2, 0, -0.5}), (std::vector<double>{1, 0, 0, 0}));
  EXPECT_TRUE(std::isnan(projected(not_negative(1), {NAN})[0]));
}

TEST(Project, LongColumnsAreShortened) {
  // Columns (3, 4) and (0.3, 0.4): norms 5 and 0.5.
  const NormRangeProblem p{.shape = {2, 2}, .axes = {0}, .least = 0, .most = 1};
  expect_close(projected(norms_in_range(p), {3, 0.3, 4, 0.4}), {0.6, 0.3, 0.8, 0.4}, 3e-7, "columns");
  // Rows (3, 0.3) and (4, 0.4).
  NormRangeProblem rows = p;
  rows.axes = {1};
  const double first = std::hypot(3, 0.3), second = std::hypot(4, 0.4);
  expect_close(projected(norms_in_range(rows), {3, 0.3, 4, 0.4}), {3 / first, 0.3 / first, 4 / second, 0.4 / second}, 3e-7,
               "rows");
}

TEST(Project, ShortOnesGrowAndARateGoesPartOfTheWay) {
  NormRangeProblem p{.shape = {2, 1}, .axes = {0}, .least = 2, .most = 3};
  expect_close(projected(norms_in_range(p), {0.6, 0.8}), {1.2, 1.6}, 3e-7, "to the range");
  p.rate = 0.5f;
  expect_close(projected(norms_in_range(p), {0.6, 0.8}), {0.9, 1.2}, 3e-7, "half the way");
  expect_close(projected(norms_in_range(p), {0, 0}), {0, 0}, 0, "a norm of 0 stays");
}

// Against sums by index, for every choice of axes of a convolution's kernel.
TEST(Project, TakesNormsOverAnyAxes) {
  const Shape shape = {2, 3, 4, 5};
  const std::vector<double> weights = random_numbers(shape.elements(), 3);
  for (unsigned choice = 1; choice < 16; ++choice) {
    NormRangeProblem p{.shape = shape, .axes = {}, .least = 0.2f, .most = 0.5f};
    for (int64_t axis = 0; axis < 4; ++axis)
      if ((choice >> axis & 1) != 0) p.axes.push_back(axis);
    const auto key = [&](int64_t i) {
      int64_t rest = i, of = 0;
      for (int axis = 3; axis >= 0; --axis) {
        of = of * 8 + ((choice >> axis & 1) != 0 ? 0 : rest % shape[axis]);
        rest /= shape[axis];
      }
      return of;
    };
    std::vector<double> expected = weights;
    for (int64_t i = 0; i < shape.elements(); ++i) {
      double squares = 0;
      for (int64_t j = 0; j < shape.elements(); ++j)
        if (key(j) == key(i)) squares += weights[static_cast<size_t>(j)] * weights[static_cast<size_t>(j)];
      const double norm = std::sqrt(squares);
      expected[static_cast<size_t>(i)] *= std::clamp(norm, 0.2, 0.5) / norm;
    }
    expect_close(projected(norms_in_range(p), weights), expected, 2e-6, "axes " + std::to_string(choice));
  }
}

}  // namespace
}  // namespace fovea::kernels
