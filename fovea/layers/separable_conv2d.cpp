#include "fovea/layers/separable_conv2d.h"

#include <cassert>

namespace fovea {

Shape SeparableConv2D::infer(std::span<const Shape> src) const {
  only(src, 3);
  const Shape between = depthwise()->infer(src);
  return pointwise()->infer(std::span(&between, 1));
}

std::vector<ParameterSpec> SeparableConv2D::parameters(std::span<const Shape> src) const {
  const Shape between = depthwise()->infer(src);
  std::vector<ParameterSpec> specs = depthwise()->parameters(src);
  for (ParameterSpec& spec : pointwise()->parameters(std::span(&between, 1))) specs.push_back(std::move(spec));
  specs[0].name = "depthwise_kernel";
  specs[1].name = "pointwise_kernel";
  return specs;
}

double SeparableConv2D::flops(std::span<const Shape> src, const Shape& dst) const {
  const Shape between = depthwise()->infer(src);
  return depthwise()->flops(src, between) + pointwise()->flops(std::span(&between, 1), dst);
}

std::vector<LayerPtr> SeparableConv2D::parts() const { return {depthwise(), pointwise()}; }

void SeparableConv2D::plan(Planner&) const { assert(false && "the parts are planned"); }

LayerPtr SeparableConv2D::without_activation() const { return with(&SeparableConv2DOptions::activation, ActivationKind::linear); }

std::shared_ptr<DepthwiseConv2D> SeparableConv2D::depthwise() const {
  const SeparableConv2DOptions& o = options_;
  auto part = std::make_shared<DepthwiseConv2D>(DepthwiseConv2DOptions{.kernel_size = o.kernel_size,
                                                                       .strides = o.strides,
                                                                       .padding = o.padding,
                                                                       .depth_multiplier = o.depth_multiplier,
                                                                       .dilation_rate = o.dilation_rate,
                                                                       .use_bias = false,
                                                                       .depthwise_initializer = o.depthwise_initializer,
                                                                       .name = name()});
  part->set_trainable(trainable());
  return part;
}

std::shared_ptr<Conv2D> SeparableConv2D::pointwise() const {
  const SeparableConv2DOptions& o = options_;
  auto part = std::make_shared<Conv2D>(Conv2DOptions{.filters = o.filters,
                                                     .kernel_size = 1,
                                                     .use_bias = o.use_bias,
                                                     .kernel_initializer = o.pointwise_initializer,
                                                     .bias_initializer = o.bias_initializer,
                                                     .name = name()});
  part->set_trainable(trainable());
  return part;
}

}  // namespace fovea
