#include "fovea/layers/separable_conv2d.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"
#include "tests/layers/conv_truth.h"

namespace fovea {
namespace {

// The depthwise convolution's arrays, and from what it gives the pointwise one's.
Truth truth_of(const kernels::ConvProblem& depthwise, const kernels::ConvProblem& pointwise, bool relu) {
  const Truth first = conv_truth(depthwise, false), second = conv_truth(pointwise, relu);
  const auto between = [first](Truth::Inputs inputs, Truth::Inputs weights) {
    return std::vector<Doubles>{first.forward(inputs, {weights[0]})};
  };
  const auto rest = [](Truth::Inputs weights) { return std::vector<Doubles>(weights.begin() + 1, weights.end()); };
  Truth truth;
  truth.forward = [=](auto& inputs, auto& weights) { return second.forward(between(inputs, weights), rest(weights)); };
  truth.backward = [=](auto& inputs, auto& weights, const Doubles& diff_output) {
    const Gradients behind = second.backward(between(inputs, weights), rest(weights), diff_output);
    Gradients gradients = first.backward(inputs, {weights[0]}, behind.inputs[0]);
    gradients.weights.insert(gradients.weights.end(), behind.weights.begin(), behind.weights.end());
    return gradients;
  };
  if (relu)
    truth.before_relu = [=](auto& inputs, auto& weights) {
      return second.before_relu(between(inputs, weights), rest(weights));
    };
  return truth;
}

TEST(SeparableConv2D, AgreesWithTheReference) {
  bool relu = false;
  for (const Problem& problem : problems_to_check("depthwise")) {
    const kernels::ConvProblem p = conv_problem(problem);
    const int64_t filters = problem.size("f");
    const kernels::ConvProblem pointwise = {
        .n = p.n, .ic = p.oc, .ih = p.oh, .iw = p.ow, .oc = filters, .oh = p.oh, .ow = p.ow};
    relu = !relu;
    check_layer({.line = problem.line,
                 .layer = std::make_shared<SeparableConv2D>(
                     SeparableConv2DOptions{.filters = filters,
                                            .kernel_size = {p.kh, p.kw},
                                            .strides = {p.sh, p.sw},
                                            .padding = problem.is("same") ? Padding::same : Padding::valid,
                                            .dilation_rate = {p.dh, p.dw},
                                            .depth_multiplier = p.oc / p.ic,
                                            .activation = relu ? ActivationKind::relu : ActivationKind::linear,
                                            .use_bias = filters % 5 != 0}),
                 .batch = p.n,
                 .shapes = {{p.ih, p.iw, p.ic}},
                 .truth = truth_of(p, pointwise, relu),
                 .terms = std::max(p.kh * p.kw * p.oc, p.n * p.oh * p.ow)});
  }
}

TEST(SeparableConv2D, SumsCellsThenChannels) {
  // Channels 1 2 and 3 4 become 1 + 2 and 3 + 4; then 3 + 10 · 7, plus 0.5.
  const auto layer = std::make_shared<SeparableConv2D>(SeparableConv2DOptions{.filters = 1, .kernel_size = {1, 2}});
  EXPECT_EQ(apply(layer, {1, 2, 2}, {1, 3, 2, 4}, {{1, 1, 1, 1}, {1, 10}, {0.5f}}), Floats({73.5f}));
}

TEST(SeparableConv2D, RefusesWhatEitherPartRefuses) {
  const auto refused = [](SeparableConv2DOptions options, const Shape& shape) {
    options.name = "conv";
    return refusal([&] { SeparableConv2D(options).infer(std::vector{shape}); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused({.filters = 8, .kernel_size = 5}, {4, 4, 3}),
            "conv: kernel_size 5x5 is larger than the picture 4x4");
  EXPECT_EQ(refused({.filters = 0, .kernel_size = 3}, {4, 4, 3}), "conv: filters must be at least 1 (got 0)");
  EXPECT_EQ(refused({.filters = 8, .kernel_size = 3}, {12}),
            "conv: SeparableConv2D takes pictures of shape (rows, columns, channels) (got shape (12,))");
}

}  // namespace
}  // namespace fovea
