#include "fovea/layers/conv2d_transpose.h"

#include "fovea/kernels/bias.h"
#include "fovea/layers/activate.h"

namespace fovea {
namespace {

// One dimension of the convolution, `in` being the transposed one's output.
Window rows_of(const Conv2DTransposeOptions& o, int64_t in) {
  return {.in = in, .kernel = o.kernel_size.h, .stride = o.strides.h, .dilation = o.dilation_rate.h, .padding = o.padding};
}
Window columns_of(const Conv2DTransposeOptions& o, int64_t in) {
  return {.in = in, .kernel = o.kernel_size.w, .stride = o.strides.w, .dilation = o.dilation_rate.w, .padding = o.padding};
}

int64_t out_size(const Window& window, int64_t src, std::optional<int64_t> extra) {
  if (window.padding == Padding::valid)
    return (src - 1) * window.stride + window.extent() + extra.value_or(std::max<int64_t>(window.stride - window.extent(), 0));
  return extra ? (src - 1) * window.stride + window.extent() % 2 + *extra : src * window.stride;
}

}  // namespace

Shape Conv2DTranspose::infer(std::span<const Shape> inputs) const {
  const Shape& src = only(inputs, 3);
  const Conv2DTransposeOptions& o = options_;
  if (o.filters < 1) throw usage_error(where(), "filters must be at least 1 (got {})", o.filters);
  if (o.kernel_size.h < 1 || o.kernel_size.w < 1)
    throw usage_error(where(), "kernel_size must be at least 1 (got {})", to_string(o.kernel_size));
  const bool strided = o.strides.h > 1 || o.strides.w > 1, dilated = o.dilation_rate.h > 1 || o.dilation_rate.w > 1;
  if (strided && dilated)
    throw usage_error(where(), "strides and dilation_rate cannot both be larger than 1 (got {} and {})",
                      to_string(o.strides), to_string(o.dilation_rate));
  std::optional<int64_t> extra_rows, extra_columns;
  if (o.output_padding) {
    extra_rows = o.output_padding->h;
    extra_columns = o.output_padding->w;
    if (*extra_rows >= o.strides.h || *extra_columns >= o.strides.w)
      throw usage_error(where(), "output_padding must be less than strides (got {} and {})", to_string(*o.output_padding),
                        to_string(o.strides));
  }
  const int64_t oh = out_size(rows_of(o, 0), src[0], extra_rows), ow = out_size(columns_of(o, 0), src[1], extra_columns);
  // Else the last row would come from nowhere.
  if (rows_of(o, oh).out() != src[0] || columns_of(o, ow).out() != src[1])
    throw usage_error(where(), "output_padding must be at least 1 for an even kernel with padding \"same\" (got {})",
                      to_string(*o.output_padding));
  return {oh, ow, o.filters};
}

std::vector<ParameterSpec> Conv2DTranspose::parameters(std::span<const Shape> src) const {
  const Conv2DTransposeOptions& o = options_;
  std::vector<ParameterSpec> specs = {
      {"kernel", {o.kernel_size.h, o.kernel_size.w, o.filters, src[0][2]}, o.kernel_initializer}};
  if (o.use_bias) specs.push_back({"bias", {o.filters}, o.bias_initializer});
  return specs;
}

double Conv2DTranspose::flops(std::span<const Shape> src, const Shape&) const {
  return 2.0 * static_cast<double>(src[0].elements()) *
         static_cast<double>(options_.kernel_size.h * options_.kernel_size.w * options_.filters);
}

LayerPtr Conv2DTranspose::without_activation() const { return with(&Conv2DTransposeOptions::activation, ActivationKind::linear); }

kernels::ConvProblem Conv2DTranspose::convolution(int64_t rows, const Shape& src, const Shape& dst) const {
  const Window y = rows_of(options_, dst[0]), x = columns_of(options_, dst[1]);
  return {.n = rows, .ic = dst[2], .ih = dst[0], .iw = dst[1], .oc = src[2], .oh = src[0], .ow = src[1],
          .kh = y.kernel, .kw = x.kernel, .sh = y.stride, .sw = x.stride, .dh = y.dilation, .dw = x.dilation,
          .pt = y.before(), .pb = y.after(), .pl = x.before(), .pr = x.after()};
}

LayerPtr Conv2DTranspose::with_bias() const { return options_.use_bias ? nullptr : with(&Conv2DTransposeOptions::use_bias, true); }

void Conv2DTranspose::plan(Planner& planner) const {
  using namespace kernels;
  ConvProblem conv = convolution(planner.rows(), planner.src_shape(), planner.dst_shape());
  conv.batch = planner.batch();
  conv.winograd = planner.winograd();
  conv.training = planner.wants_gradients();
  const bool use_bias = options_.use_bias;
  const WeightsLayout bias_layout = WeightsLayout::plain({options_.filters});
  const ConvBackwardData forward = conv_backward_data(conv, in_blocks(planner.src().layout));
  const Value src = planner.src(0, forward.diff_dst), dst = planner.dst(forward.diff_src);
  planner.step("conv transpose", forward.kernel, {in(src), in(planner.weights(0, forward.weights)), out(dst)});
  if (use_bias || planner.fused_relu())
    planner.step(planner.fused_relu() ? "bias+relu" : "bias", bias_forward(dst.layout, planner.fused_relu()),
                 {use_bias ? in(planner.weights(1, bias_layout)) : no_arg(), inout(dst)});
  if (!planner.wants_gradients()) return;

  planner.backward([=, &planner] {
    const Value diff_dst = relu_backward_if_fused(planner, dst);
    if (planner.trains(0)) {
      const ConvBackwardWeights by_weights =
          conv_backward_weights(conv, false, in_blocks(diff_dst.layout), in_blocks(src.layout), planner.home(0));
      const Value x = in_layout(planner, diff_dst, by_weights.src);
      const Value dy = by_weights.diff_dst == src.layout ? src : planner.src(0, by_weights.diff_dst);
      planner.step("conv transpose backward weights", by_weights.kernel,
                   {in(x), in(dy), out(planner.gradient(0, by_weights.diff_weights)), no_arg()});
      if (use_bias)
        planner.step("bias backward", bias_backward(diff_dst.layout),
                     {in(diff_dst), out(planner.gradient(1, bias_layout))});
    }
    if (planner.wants_diff_src()) {
      const ConvForward by_data =
          conv_forward(conv, {.bias = false, .src = in_blocks(diff_dst.layout), .weights = planner.home(0)});
      const Value dy = in_layout(planner, diff_dst, by_data.src);
      planner.step("conv transpose backward data", by_data.kernel,
                   {in(dy), in(planner.weights(0, by_data.weights)), no_arg(), out(planner.diff_src(0, by_data.dst))});
    }
  });
}

void Conv2DTranspose::fold_behind(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                                  std::span<const Shape> src) const {
  const size_t ic = static_cast<size_t>(src[0][2]), oc = map.scale.size();
  for (size_t i = 0; i < parameters[0].size(); ++i) parameters[0][i] *= map.scale[i / ic % oc];
  for (size_t o = 0; o < oc; ++o) parameters[1][o] = parameters[1][o] * map.scale[o] + map.shift[o];
}

}  // namespace fovea
