#include "fovea/layers/depthwise_conv2d.h"

namespace fovea {

Shape DepthwiseConv2D::infer(std::span<const Shape> inputs) const {
  const Shape& src = only(inputs, 3);
  const DepthwiseConv2DOptions& o = options_;
  // The bound keeps products with a number of channels within int64.
  constexpr int64_t kMost = 1 << 16;
  if (o.depth_multiplier < 1 || o.depth_multiplier > kMost)
    throw usage_error(where(), "depth_multiplier must lie between 1 and {} (got {})", kMost, o.depth_multiplier);
  if (o.kernel_size.h < 1 || o.kernel_size.w < 1)
    throw usage_error(where(), "kernel_size must be at least 1 (got {})", to_string(o.kernel_size));
  const Margins& m = margins_;
  const Window y = {.in = src[0] + m.top + m.bottom, .kernel = o.kernel_size.h, .stride = o.strides.h, .dilation = o.dilation_rate.h,
                    .padding = o.padding};
  const Window x = {.in = src[1] + m.left + m.right, .kernel = o.kernel_size.w, .stride = o.strides.w, .dilation = o.dilation_rate.w,
                    .padding = o.padding};
  if (y.out() < 1 || x.out() < 1)
    throw usage_error(where(), "kernel_size {} is larger than the picture {}x{}", to_string(o.kernel_size), src[0], src[1]);
  return {y.out(), x.out(), src[2] * o.depth_multiplier};
}

std::vector<ParameterSpec> DepthwiseConv2D::parameters(std::span<const Shape> src) const {
  const DepthwiseConv2DOptions& o = options_;
  const int64_t channels = src[0][2];
  std::vector<ParameterSpec> specs = {
      {"kernel", {o.kernel_size.h, o.kernel_size.w, channels, o.depth_multiplier}, o.depthwise_initializer}};
  if (o.use_bias) specs.push_back({"bias", {channels * o.depth_multiplier}, o.bias_initializer});
  return specs;
}

double DepthwiseConv2D::flops(std::span<const Shape> src, const Shape& dst) const {
  return in_groups(src[0])->flops(src, dst);
}

LayerPtr DepthwiseConv2D::without_activation() const { return with(&DepthwiseConv2DOptions::activation, ActivationKind::linear); }

LayerPtr DepthwiseConv2D::with_padding(const Margins& margins) const {
  if (options_.padding != Padding::valid) return nullptr;
  auto layer = std::make_shared<DepthwiseConv2D>(*this);
  layer->margins_ = margins;
  return layer;
}

LayerPtr DepthwiseConv2D::with_bias() const { return options_.use_bias ? nullptr : with(&DepthwiseConv2DOptions::use_bias, true); }

void DepthwiseConv2D::plan(Planner& planner) const { in_groups(planner.src_shape())->plan(planner); }

void DepthwiseConv2D::fold_before(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                                  std::span<const Shape> src) const {
  in_groups(src[0])->fold_before(map, parameters, src);
}

void DepthwiseConv2D::fold_behind(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                                  std::span<const Shape> src) const {
  in_groups(src[0])->fold_behind(map, parameters, src);
}

LayerPtr DepthwiseConv2D::in_groups(const Shape& src) const {
  const DepthwiseConv2DOptions& o = options_;
  const Conv2D groups({.filters = src[2] * o.depth_multiplier,
                 .kernel_size = o.kernel_size,
                 .strides = o.strides,
                 .padding = o.padding,
                 .dilation_rate = o.dilation_rate,
                 .groups = src[2],
                 .use_bias = o.use_bias});
  if (margins_ == Margins(0)) return groups.clone();
  return groups.with_padding(margins_);
}

}  // namespace fovea
