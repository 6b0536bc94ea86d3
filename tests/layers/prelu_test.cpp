#include "fovea/layers/prelu.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// Where the alpha of each element of a picture is, in row-major order.
std::vector<size_t> places_of_alpha(const Shape& shape, const Shape& alpha) {
  std::vector<size_t> places;
  for (int64_t i = 0; i < shape.elements(); ++i) {
    int64_t place = 0, rest = i, below = shape.elements();
    for (int axis = 0; axis < shape.rank(); ++axis) {
      below /= shape[axis];
      place = place * alpha[axis] + (alpha[axis] == 1 ? 0 : rest / below);
      rest %= below;
    }
    places.push_back(static_cast<size_t>(place));
  }
  return places;
}

Truth truth_of(const Shape& shape, const Shape& alpha) {
  const std::vector<size_t> places = places_of_alpha(shape, alpha);
  Truth truth;
  truth.forward = [=](auto& inputs, auto& weights) {
    Doubles dst = inputs[0];
    for (size_t i = 0; i < dst.size(); ++i)
      if (dst[i] < 0) dst[i] *= weights[0][places[i % places.size()]];
    return dst;
  };
  truth.backward = [=](auto& inputs, auto& weights, const Doubles& diff_output) {
    Gradients gradients = {{diff_output}, {Doubles(weights[0].size())}};
    for (size_t i = 0; i < diff_output.size(); ++i) {
      const double x = inputs[0][i];
      if (x >= 0) continue;
      gradients.inputs[0][i] *= weights[0][places[i % places.size()]];
      gradients.weights[0][places[i % places.size()]] += x * diff_output[i];
    }
    return gradients;
  };
  return truth;
}

TEST(PReLU, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    std::vector<std::optional<std::vector<int64_t>>> shared = {std::nullopt, {{1}}};
    if (shape.rank() == 3) shared = {std::nullopt, {{1}}, {{2}}, {{3}}, {{1, 2}}, {{1, 2, 3}}};
    for (const auto& axes : shared) {
      const auto layer = std::make_shared<PReLU>(PReLUOptions{.shared_axes = axes});
      const Shape alpha = layer->parameters(std::vector{shape})[0].shape;
      check_layer({.line = problem.line,
                   .layer = layer,
                   .batch = problem.size("n"),
                   .shapes = {shape},
                   .truth = truth_of(shape, alpha),
                   .terms = problem.size("n") * shape.elements() / alpha.elements()});
    }
  }
}

TEST(PReLU, LearnsFromWhatIsBelowZero) {
  const LayerResult result = run_layer({.layer = std::make_shared<PReLU>(PReLUOptions{.shared_axes = {{1}}}),
                                        .batch = 1,
                                        .shapes = {{4}},
                                        .inputs = {{-2, 0, 3, -1}},
                                        .weights = {{0.5f}},
                                        .diff_output = {1, 1, 1, 10}});
  EXPECT_EQ(result.output, Floats({-1, 0, 3, -0.5f}));
  EXPECT_EQ(result.diff_inputs[0], Floats({0.5f, 0, 1, 5}));
  EXPECT_EQ(result.diff_weights[0], Floats({-2 - 10}));
}

TEST(PReLU, RefusesToShareTheBatch) {
  const PReLU layer({.shared_axes = {{0}}, .name = "slopes"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{4, 4, 3}}); }, ErrorKind::usage),
            "slopes: shared_axes must lie between 1 and 3 (got 0)");
}

}  // namespace
}  // namespace fovea
