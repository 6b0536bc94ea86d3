#include "fovea/layers/conv2d_transpose.h"

#include <gtest/gtest.h>

#include "fovea/kernels/bias_ref.h"
#include "fovea/kernels/conv_ref.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// Of the convolution that this one transposes.
Doubles transposed(const kernels::ConvProblem& p, Truth::Inputs inputs, Truth::Inputs weights, bool relu) {
  Doubles dst(static_cast<size_t>(p.n * p.ih * p.iw * p.ic)), sum(dst.size());
  kernels::conv_backward_data_ref(p, inputs[0].data(), weights[0].data(), sum.data(), dst.data());
  return kernels::bias_forward_ref(dst, weights.size() > 1 ? weights[1] : Doubles(static_cast<size_t>(p.ic)), relu);
}

Truth truth_of(const kernels::ConvProblem& p, bool relu) {
  Truth truth;
  truth.forward = [=](auto& inputs, auto& weights) { return transposed(p, inputs, weights, relu); };
  truth.backward = [=](auto& inputs, auto& weights, const Doubles& diff_output) {
    Doubles diff = diff_output;
    if (relu) {
      const Doubles x = transposed(p, inputs, weights, false);
      for (size_t i = 0; i < x.size(); ++i) diff[i] = x[i] > 0 ? diff[i] : 0;
    }
    Gradients g{{Doubles(inputs[0].size())}, {Doubles(weights[0].size())}};
    Doubles sum(std::max(inputs[0].size(), weights[0].size() + static_cast<size_t>(p.oc)));
    const double* no_bias = nullptr;
    double* no_diff_bias = nullptr;
    kernels::conv_forward_ref(p, diff.data(), weights[0].data(), no_bias, false, sum.data(), g.inputs[0].data());
    kernels::conv_backward_weights_ref(p, diff.data(), inputs[0].data(), sum.data(), g.weights[0].data(), no_diff_bias);
    if (weights.size() > 1) g.weights.push_back(kernels::bias_backward_ref(diff, weights[1].size()));
    return g;
  };
  if (relu) truth.before_relu = [=](auto& inputs, auto& weights) { return transposed(p, inputs, weights, false); };
  return truth;
}

// The layer that goes back the way that a problem's convolution went, from its output to its input.
Conv2DTransposeOptions options_of(const Problem& problem, const kernels::ConvProblem& p) {
  Conv2DTransposeOptions o = {.filters = p.ic, .kernel_size = {p.kh, p.kw}, .strides = {p.sh, p.sw}};
  o.padding = problem.is("same") ? Padding::same : Padding::valid;
  o.dilation_rate = {p.dh, p.dw};
  const bool same = o.padding == Padding::same;
  if (same && p.ih == p.oh * p.sh && p.iw == p.ow * p.sw) return o;
  const int64_t h = p.dh * (p.kh - 1) + 1, w = p.dw * (p.kw - 1) + 1;
  o.output_padding = Extra2(p.ih - (p.oh - 1) * p.sh - (same ? h % 2 : h), p.iw - (p.ow - 1) * p.sw - (same ? w % 2 : w));
  return o;
}

TEST(Conv2DTranspose, AgreesWithTheReference) {
  bool relu = false;
  for (const Problem& problem : problems_to_check("conv")) {
    const kernels::ConvProblem p = conv_problem(problem);
    // What Keras has no such layer for.
    if (problem.sizes.contains("p") || p.groups > 1 || (p.sh * p.sw > 1 && p.dh * p.dw > 1)) continue;
    Conv2DTransposeOptions options = options_of(problem, p);
    relu = !relu;
    options.activation = relu ? ActivationKind::relu : ActivationKind::linear;
    options.use_bias = p.oc % 5 != 0;
    check_layer({.line = problem.line,
                 .layer = std::make_shared<Conv2DTranspose>(options),
                 .batch = p.n,
                 .shapes = {{p.oh, p.ow, p.oc}},
                 .truth = truth_of(p, relu),
                 .terms = std::max(p.kh * p.kw * std::max(p.ic, p.oc), p.n * p.ih * p.iw)});
  }
}

TEST(Conv2DTranspose, SpreadsEachCellOverItsWindow) {
  // 1 and 2 times the kernel 1 10, a step of one cell apart, plus 0.5.
  Conv2DTransposeOptions options = {.filters = 1, .kernel_size = {1, 2}};
  EXPECT_EQ(apply(std::make_shared<Conv2DTranspose>(options), {1, 2, 1}, {1, 2}, {{1, 10}, {0.5f}}),
            Floats({1.5f, 12.5f, 20.5f}));
  // Three cells apart, no window reaches the third of each.
  options.strides = {1, 3};
  EXPECT_EQ(apply(std::make_shared<Conv2DTranspose>(options), {1, 2, 1}, {1, 2}, {{1, 10}, {0.5f}}),
            Floats({1.5f, 10.5f, 0.5f, 2.5f, 20.5f, 0.5f}));
}

TEST(Conv2DTranspose, HasKerasSizes) {
  const auto rows = [](Padding padding, int64_t kernel, std::optional<Extra2> extra) {
    const Conv2DTranspose layer({.filters = 1, .kernel_size = {kernel, 1}, .strides = {3, 3}, .padding = padding,
                                 .output_padding = extra});
    return layer.infer(std::vector<Shape>{{5, 5, 2}})[0];
  };
  EXPECT_EQ(rows(Padding::valid, 4, {}), 16);
  EXPECT_EQ(rows(Padding::valid, 2, {}), 15);
  EXPECT_EQ(rows(Padding::valid, 2, Extra2(2)), 16);
  EXPECT_EQ(rows(Padding::same, 4, {}), 15);
  EXPECT_EQ(rows(Padding::same, 4, Extra2(1)), 13);
  EXPECT_EQ(rows(Padding::same, 5, Extra2(0)), 13);
}

TEST(Conv2DTranspose, RefusesWhatDoesNotFit) {
  const auto refused = [](Conv2DTransposeOptions options) {
    options.name = "up";
    return refusal([&] { Conv2DTranspose(options).infer(std::vector<Shape>{{4, 4, 3}}); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused({.filters = 0, .kernel_size = 3}), "up: filters must be at least 1 (got 0)");
  EXPECT_EQ(refused({.filters = 2, .kernel_size = 3, .strides = 2, .output_padding = Extra2(2)}),
            "up: output_padding must be less than strides (got 2x2 and 2x2)");
  EXPECT_EQ(refused({.filters = 2, .kernel_size = 3, .strides = 2, .dilation_rate = 2}),
            "up: strides and dilation_rate cannot both be larger than 1 (got 2x2 and 2x2)");
  EXPECT_EQ(refused({.filters = 2, .kernel_size = 4, .strides = 2, .padding = Padding::same, .output_padding = Extra2(0)}),
            "up: output_padding must be at least 1 for an even kernel with padding \"same\" (got 0x0)");
}

}  // namespace
}  // namespace fovea
