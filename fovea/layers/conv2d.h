// Two-dimensional convolution.
#pragma once

#include "fovea/kernels/conv.h"
#include "fovea/layers/layer.h"

namespace fovea {

struct Conv2DOptions {
  int64_t filters = 0;
  Size2 kernel_size = {0, 0};
  Size2 strides = {1, 1};
  Padding padding = Padding::valid;
  Size2 dilation_rate = {1, 1};
  int64_t groups = 1;
  ActivationKind activation = ActivationKind::linear;
  bool use_bias = true;
  Initializer kernel_initializer = InitializerKind::glorot_uniform;
  Initializer bias_initializer = InitializerKind::zeros;
  Regularizer kernel_regularizer = {}, bias_regularizer = {};
  Constraint kernel_constraint = {}, bias_constraint = {};
  std::string name = {};  // default: conv2d, conv2d_1, … by place in the model

  template <class Visitor>
  void fields(Visitor& v) {
    v("filters", filters);
    v("kernel_size", kernel_size);
    v("strides", strides);
    v("padding", padding);
    v("dilation_rate", dilation_rate);
    v("groups", groups);
    v("activation", activation);
    v("use_bias", use_bias);
    v("kernel_initializer", kernel_initializer);
    v("bias_initializer", bias_initializer);
    v("kernel_regularizer", kernel_regularizer);
    v("bias_regularizer", bias_regularizer);
    v("kernel_constraint", kernel_constraint);
    v("bias_constraint", bias_constraint);
  }
};

// Cross-correlation of pictures with a bank of filters, bias, activation (Keras: base_conv.py).
//
//   (h, w, c) -> (oh, ow, filters)
//   valid: oh = floor((h - k') / s) + 1     same: oh = ceil(h / s)     k' = dilation · (k - 1) + 1
//   parameters: kernel (kh, kw, c / groups, filters), bias (filters)
//
// "same" pads with zeros, the odd cell at the bottom and right. Backward needs the input.
class Conv2D final : public LayerOf<Conv2D, Conv2DOptions> {
 public:
  static constexpr const char* kType = "Conv2D";
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
  bool folds_affine_before() const override;
  bool folds_affine_behind() const override { return true; }
  void fold_before(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                   std::span<const Shape> shapes) const override;
  void fold_behind(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                   std::span<const Shape> shapes) const override;

 private:
  kernels::ConvProblem problem(int64_t rows, const Shape& src, const Shape& dst) const;

  Margins margins_ = 0;  // zeros that are thought of around the input
};

}  // namespace fovea
