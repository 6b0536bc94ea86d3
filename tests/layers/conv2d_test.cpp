#include "fovea/layers/conv2d.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"
#include "tests/layers/conv_truth.h"

namespace fovea {
namespace {

// Whether Keras has it: padding by name, and no strides beside a dilation.
bool is_keras(const Problem& problem, const kernels::ConvProblem& p) {
  return !problem.sizes.contains("p") && ((p.sh == 1 && p.sw == 1) || (p.dh == 1 && p.dw == 1));
}

TEST(Conv2D, AgreesWithTheReference) {
  bool relu = false;
  for (const Problem& problem : problems_to_check("conv")) {
    const kernels::ConvProblem p = conv_problem(problem);
    if (!is_keras(problem, p)) continue;
    relu = !relu;
    check_layer({.line = problem.line,
                 .layer = std::make_shared<Conv2D>(
                     Conv2DOptions{.filters = p.oc,
                                   .kernel_size = {p.kh, p.kw},
                                   .strides = {p.sh, p.sw},
                                   .padding = problem.is("same") ? Padding::same : Padding::valid,
                                   .dilation_rate = {p.dh, p.dw},
                                   .groups = p.groups,
                                   .activation = relu ? ActivationKind::relu : ActivationKind::linear,
                                   .use_bias = p.oc % 5 != 0}),
                 .batch = p.n,
                 .shapes = {{p.ih, p.iw, p.ic}},
                 .truth = conv_truth(p, relu),
                 .terms = std::max(p.kh * p.kw * std::max(p.ic, p.oc) / p.groups, p.n * p.oh * p.ow)});
  }
}

TEST(Conv2D, AddsNeighboursAndBias) {
  // Windows of the picture 1 2 3 / 4 5 6: (1 + 2 + 4 + 5), (2 + 3 + 5 + 6), each times 1, plus 0.5.
  const auto layer = std::make_shared<Conv2D>(Conv2DOptions{.filters = 1, .kernel_size = 2});
  EXPECT_EQ(apply(layer, {2, 3, 1}, {1, 2, 3, 4, 5, 6}, {{1, 1, 1, 1}, {0.5f}}), Floats({12.5f, 16.5f}));
}

TEST(Conv2D, PadsTheOddCellAtTheBottomAndRight) {
  const auto layer = std::make_shared<Conv2D>(
      Conv2DOptions{.filters = 1, .kernel_size = 2, .padding = Padding::same, .use_bias = false});
  EXPECT_EQ(apply(layer, {2, 2, 1}, {1, 2, 3, 4}, {{1, 1, 1, 1}}), Floats({10, 6, 7, 4}));
}

std::string refused(Conv2DOptions options, const Shape& shape) {
  options.name = "conv";
  const Conv2D layer(options);
  return refusal([&] { return layer.infer(std::vector{shape}); }, ErrorKind::usage);
}

TEST(Conv2D, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refused({.filters = 8, .kernel_size = 5}, {4, 4, 3}),
            "conv: kernel_size 5x5 is larger than the picture 4x4");
  EXPECT_EQ(refused({.filters = 0, .kernel_size = 3}, {4, 4, 3}), "conv: filters must be at least 1 (got 0)");
  EXPECT_EQ(refused({.filters = 6, .kernel_size = 3, .groups = 2}, {4, 4, 3}),
            "conv: the input's channels must be a multiple of groups (got 3 channels, 2 groups)");
  EXPECT_EQ(refused({.filters = 5, .kernel_size = 3, .groups = 2}, {4, 4, 4}),
            "conv: filters must be a multiple of groups (got 5 filters, 2 groups)");
  EXPECT_EQ(refused({.filters = 8, .kernel_size = 3, .strides = 2, .dilation_rate = 2}, {9, 9, 3}),
            "conv: strides and dilation_rate cannot both be larger than 1 (got 2x2 and 2x2)");
  EXPECT_EQ(refused({.filters = 8, .kernel_size = 3}, {12}),
            "conv: Conv2D takes pictures of shape (rows, columns, channels) (got shape (12,))");
}

}  // namespace
}  // namespace fovea
