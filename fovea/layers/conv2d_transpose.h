// Two-dimensional transposed convolution.
#pragma once

#include "fovea/kernels/conv.h"
#include "fovea/layers/layer.h"

namespace fovea {

struct Conv2DTransposeOptions {
  int64_t filters = 0;
  Size2 kernel_size = {0, 0};
  Size2 strides = {1, 1};
  Padding padding = Padding::valid;
  std::optional<Extra2> output_padding = {};
  Size2 dilation_rate = {1, 1};
  ActivationKind activation = ActivationKind::linear;
  bool use_bias = true;
  Initializer kernel_initializer = InitializerKind::glorot_uniform;
  Initializer bias_initializer = InitializerKind::zeros;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("filters", filters);
    v("kernel_size", kernel_size);
    v("strides", strides);
    v("padding", padding);
    v("output_padding", output_padding);
    v("dilation_rate", dilation_rate);
    v("activation", activation);
    v("use_bias", use_bias);
    v("kernel_initializer", kernel_initializer);
    v("bias_initializer", bias_initializer);
  }
};

// What a Conv2D of the same options does backward, from its output (h, w, c) to its input (oh, ow, filters); bias and
// activation behind it (Keras: base_conv_transpose.py, backend_utils.py).
//
//   (h, w, c) -> (oh, ow, filters)      k' = dilation · (k - 1) + 1, e: output_padding
//   valid: oh = (h - 1) · s + k' + e    e by default max(s - k', 0)
//   same:  oh = (h - 1) · s + k' mod 2 + e, by default h · s
//   parameters: kernel (kh, kw, filters, c), bias (filters)
//
// Backward needs the input.
class Conv2DTranspose final : public LayerOf<Conv2DTranspose, Conv2DTransposeOptions> {
 public:
  static constexpr const char* kType = "Conv2DTranspose";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> src) const override;
  double flops(std::span<const Shape> src, const Shape& dst) const override;
  void plan(Planner& planner) const override;

  ActivationKind activation() const override { return options_.activation; }
  LayerPtr without_activation() const override;
  bool fuses_relu() const override { return true; }
  LayerPtr with_bias() const override;
  bool folds_affine_behind() const override { return true; }
  void fold_behind(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                   std::span<const Shape> shapes) const override;

 private:
  kernels::ConvProblem convolution(int64_t rows, const Shape& src, const Shape& dst) const;
};

}  // namespace fovea
