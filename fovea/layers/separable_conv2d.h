// Two-dimensional convolution in two: over cells, then over channels.
#pragma once

#include "fovea/layers/depthwise_conv2d.h"

namespace fovea {

struct SeparableConv2DOptions {
  int64_t filters = 0;
  Size2 kernel_size = {0, 0};
  Size2 strides = {1, 1};
  Padding padding = Padding::valid;
  Size2 dilation_rate = {1, 1};
  int64_t depth_multiplier = 1;
  ActivationKind activation = ActivationKind::linear;
  bool use_bias = true;
  Initializer depthwise_initializer = InitializerKind::glorot_uniform;
  Initializer pointwise_initializer = InitializerKind::glorot_uniform;
  Initializer bias_initializer = InitializerKind::zeros;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("filters", filters);
    v("kernel_size", kernel_size);
    v("strides", strides);
    v("padding", padding);
    v("dilation_rate", dilation_rate);
    v("depth_multiplier", depth_multiplier);
    v("activation", activation);
    v("use_bias", use_bias);
    v("depthwise_initializer", depthwise_initializer);
    v("pointwise_initializer", pointwise_initializer);
    v("bias_initializer", bias_initializer);
  }
};

// A DepthwiseConv2D without bias, then a Conv2D of 1x1 with it, then the activation (Keras: base_separable_conv.py).
//
//   (h, w, c) -> (oh, ow, filters)      oh, ow as Conv2D's
//   parameters: depthwise_kernel (kh, kw, c, depth_multiplier), pointwise_kernel (1, 1, c · depth_multiplier, filters),
//               bias (filters)
//
// Plans hold its two parts.
class SeparableConv2D final : public LayerOf<SeparableConv2D, SeparableConv2DOptions> {
 public:
  static constexpr const char* kType = "SeparableConv2D";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> src) const override;
  double flops(std::span<const Shape> src, const Shape& dst) const override;
  std::vector<LayerPtr> parts() const override;
  void plan(Planner&) const override;

  ActivationKind activation() const override { return options_.activation; }
  LayerPtr without_activation() const override;

 private:
  std::shared_ptr<DepthwiseConv2D> depthwise() const;
  std::shared_ptr<Conv2D> pointwise() const;
};

}  // namespace fovea
