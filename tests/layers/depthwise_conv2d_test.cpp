#include "fovea/layers/depthwise_conv2d.h"

#include <gtest/gtest.h>

#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"
#include "tests/layers/conv_truth.h"

namespace fovea {
namespace {

TEST(DepthwiseConv2D, AgreesWithTheReference) {
  bool relu = false;
  for (const Problem& problem : problems_to_check("depthwise")) {
    const kernels::ConvProblem p = conv_problem(problem);
    relu = !relu;
    check_layer({.line = problem.line,
                 .layer = std::make_shared<DepthwiseConv2D>(
                     DepthwiseConv2DOptions{.kernel_size = {p.kh, p.kw},
                                            .strides = {p.sh, p.sw},
                                            .padding = problem.is("same") ? Padding::same : Padding::valid,
                                            .depth_multiplier = p.oc / p.ic,
                                            .dilation_rate = {p.dh, p.dw},
                                            .activation = relu ? ActivationKind::relu : ActivationKind::linear,
                                            .use_bias = p.oc % 5 != 0}),
                 .batch = p.n,
                 .shapes = {{p.ih, p.iw, p.ic}},
                 .truth = conv_truth(p, relu),
                 .terms = std::max(p.kh * p.kw * p.oc / p.ic, p.n * p.oh * p.ow)});
  }
}

TEST(DepthwiseConv2D, KeepsChannelsApart) {
  // Channels 1 2 and 3 4; the first sums its cells, ten times too; the second takes its last one, then their difference.
  const auto layer = std::make_shared<DepthwiseConv2D>(
      DepthwiseConv2DOptions{.kernel_size = {1, 2}, .depth_multiplier = 2, .use_bias = false});
  EXPECT_EQ(apply(layer, {1, 2, 2}, {1, 3, 2, 4}, {{1, 10, 0, -1, 1, 10, 1, 1}}), Floats({3, 30, 4, 1}));
}

TEST(DepthwiseConv2D, RefusesWhatDoesNotFit) {
  const auto refused = [](DepthwiseConv2DOptions options, const Shape& shape) {
    options.name = "conv";
    return refusal([&] { DepthwiseConv2D(options).infer(std::vector{shape}); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused({.kernel_size = 5}, {4, 4, 3}), "conv: kernel_size 5x5 is larger than the picture 4x4");
  EXPECT_EQ(refused({.kernel_size = 3, .depth_multiplier = 0}, {4, 4, 3}),
            "conv: depth_multiplier must lie between 1 and 65536 (got 0)");
  EXPECT_EQ(refused({.kernel_size = 3}, {12}),
            "conv: DepthwiseConv2D takes pictures of shape (rows, columns, channels) (got shape (12,))");
}

}  // namespace
}  // namespace fovea
