// Two-dimensional convolution of each channel on its own.
#pragma once

#include "fovea/layers/conv2d.h"

namespace fovea {

struct DepthwiseConv2DOptions {
  Size2 kernel_size = {0, 0};
  Size2 strides = {1, 1};
  Padding padding = Padding::valid;
  int64_t depth_multiplier = 1;
  Size2 dilation_rate = {1, 1};
  ActivationKind activation = ActivationKind::linear;
  bool use_bias = true;
  Initializer depthwise_initializer = InitializerKind::glorot_uniform;
  Initializer bias_initializer = InitializerKind::zeros;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("kernel_size", kernel_size);
    v("strides", strides);
    v("padding", padding);
    v("depth_multiplier", depth_multiplier);
    v("dilation_rate", dilation_rate);
    v("activation", activation);
    v("use_bias", use_bias);
    v("depthwise_initializer", depthwise_initializer);
    v("bias_initializer", bias_initializer);
  }
};

// Each channel under depth_multiplier windows of its own, bias, activation (Keras: base_depthwise_conv.py): a Conv2D
// with as many groups as channels, whose weights have the same order under another shape.
//
//   (h, w, c) -> (oh, ow, c · depth_multiplier)      oh, ow as Conv2D's
//   parameters: kernel (kh, kw, c, depth_multiplier; Keras 2: depthwise_kernel), bias (c · depth_multiplier)
//
// Output channel i · depth_multiplier + m is channel i under its window m. Strides and dilation may both be above 1.
// Backward needs the input.
class DepthwiseConv2D final : public LayerOf<DepthwiseConv2D, DepthwiseConv2DOptions> {
 public:
  static constexpr const char* kType = "DepthwiseConv2D";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> src) const override;
  double flops(std::span<const Shape> src, const Shape& dst) const override;
  void plan(Planner& planner) const override;

  ActivationKind activation() const override { return options_.activation; }
  LayerPtr without_activation() const override;
  LayerPtr with_padding(const Margins& margins) const override;
  LayerPtr with_bias() const override;
  bool fuses_relu() const override { return true; }
  bool fuses_relu6() const override { return true; }
  bool folds_affine_before() const override { return options_.padding == Padding::valid && margins_ == Margins(0); }
  bool folds_affine_behind() const override { return true; }
  void fold_before(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                   std::span<const Shape> shapes) const override;
  void fold_behind(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                   std::span<const Shape> shapes) const override;

 private:
  LayerPtr in_groups(const Shape& src) const;

  Margins margins_ = 0;  // zeros that are thought of around the input
};

}  // namespace fovea
