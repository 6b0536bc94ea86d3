#include "fovea/layers/conv2d.h"

#include "fovea/layers/activate.h"

namespace fovea {
namespace {

Window rows_of(const Conv2DOptions& o, int64_t in) {
  return {.in = in, .kernel = o.kernel_size.h, .stride = o.strides.h, .dilation = o.dilation_rate.h, .padding = o.padding};
}
Window columns_of(const Conv2DOptions& o, int64_t in) {
  return {.in = in, .kernel = o.kernel_size.w, .stride = o.strides.w, .dilation = o.dilation_rate.w, .padding = o.padding};
}

}  // namespace

Shape Conv2D::infer(std::span<const Shape> inputs) const {
  const Shape& src = only(inputs, 3);
  const Conv2DOptions& o = options_;
  if (o.filters < 1) throw usage_error(where(), "filters must be at least 1 (got {})", o.filters);
  if (o.kernel_size.h < 1 || o.kernel_size.w < 1)
    throw usage_error(where(), "kernel_size must be at least 1 (got {})", to_string(o.kernel_size));
  if (o.groups < 1) throw usage_error(where(), "groups must be at least 1 (got {})", o.groups);
  if (o.filters % o.groups != 0)
    throw usage_error(where(), "filters must be a multiple of groups (got {} filters, {} groups)", o.filters, o.groups);
  if (src[2] % o.groups != 0)
    throw usage_error(where(), "the input's channels must be a multiple of groups (got {} channels, {} groups)", src[2],
                      o.groups);
  const bool strided = o.strides.h > 1 || o.strides.w > 1, dilated = o.dilation_rate.h > 1 || o.dilation_rate.w > 1;
  if (strided && dilated)
    throw usage_error(where(), "strides and dilation_rate cannot both be larger than 1 (got {} and {})",
                      to_string(o.strides), to_string(o.dilation_rate));
  const int64_t oh = rows_of(o, src[0] + margins_.top + margins_.bottom).out();
  const int64_t ow = columns_of(o, src[1] + margins_.left + margins_.right).out();
  if (oh < 1 || ow < 1)
    throw usage_error(where(), "kernel_size {} is larger than the picture {}x{}", to_string(o.kernel_size), src[0], src[1]);
  return {oh, ow, o.filters};
}

std::vector<ParameterSpec> Conv2D::parameters(std::span<const Shape> src) const {
  const Conv2DOptions& o = options_;
  std::vector<ParameterSpec> specs = {
      {"kernel", {o.kernel_size.h, o.kernel_size.w, src[0][2] / o.groups, o.filters}, o.kernel_initializer, true,
       o.kernel_regularizer, o.kernel_constraint}};
  if (o.use_bias)
    specs.push_back({"bias", {o.filters}, o.bias_initializer, true, o.bias_regularizer, o.bias_constraint});
  return specs;
}

double Conv2D::flops(std::span<const Shape> src, const Shape& dst) const {
  return 2.0 * static_cast<double>(dst.elements()) *
         static_cast<double>(options_.kernel_size.h * options_.kernel_size.w * (src[0][2] / options_.groups));
}

LayerPtr Conv2D::without_activation() const { return with(&Conv2DOptions::activation, ActivationKind::linear); }

LayerPtr Conv2D::with_padding(const Margins& margins) const {
  if (options_.padding != Padding::valid) return nullptr;
  auto layer = std::make_shared<Conv2D>(*this);
  layer->margins_ = margins;
  return layer;
}

LayerPtr Conv2D::with_bias() const { return options_.use_bias ? nullptr : with(&Conv2DOptions::use_bias, true); }

kernels::ConvProblem Conv2D::problem(int64_t rows, const Shape& src, const Shape& dst) const {
  const Window y = rows_of(options_, src[0]), x = columns_of(options_, src[1]);
  const Margins& m = margins_;
  return {.n = rows, .ic = src[2], .ih = src[0], .iw = src[1], .oc = dst[2], .oh = dst[0], .ow = dst[1],
          .kh = y.kernel, .kw = x.kernel, .sh = y.stride, .sw = x.stride, .dh = y.dilation, .dw = x.dilation,
          .pt = y.before() + m.top, .pb = y.after() + m.bottom, .pl = x.before() + m.left, .pr = x.after() + m.right, .groups = options_.groups};
}

void Conv2D::plan(Planner& planner) const {
  using namespace kernels;
  ConvProblem conv = problem(planner.rows(), planner.src_shape(), planner.dst_shape());
  conv.batch = planner.batch();
  conv.winograd = planner.winograd();
  conv.training = planner.wants_gradients();
  const bool use_bias = options_.use_bias;
  const WeightsLayout bias_layout = WeightsLayout::plain({conv.oc});
  const ConvForward forward = conv_forward(conv, {.bias = use_bias,
                                                  .relu = planner.fused_relu(),
                                                  .relu_limit = planner.relu_limit(),
                                                  .src = in_blocks(planner.src().layout),
                                                  .weights = planner.home(0)});
  const Value src = planner.src(0, forward.src), dst = planner.dst(forward.dst);
  const Value weights = planner.weights(0, forward.weights);
  const Value bias = use_bias ? planner.weights(1, bias_layout) : Value{};
  planner.step(planner.fused_relu() ? "conv+relu" : "conv", forward.kernel, {in(src), in(weights), in(bias), out(dst)});
  if (!planner.wants_gradients()) return;

  planner.backward([=, &planner] {
    Value diff_dst = relu_backward_if_fused(planner, dst);
    if (planner.trains(0)) {
      const ConvBackwardWeights by_weights =
          conv_backward_weights(conv, use_bias, in_blocks(src.layout), in_blocks(diff_dst.layout), planner.home(0));
      const Value x = by_weights.src == src.layout ? src : planner.src(0, by_weights.src);
      const Value dy = in_layout(planner, diff_dst, by_weights.diff_dst);
      planner.step("conv backward weights", by_weights.kernel,
                   {in(x), in(dy), out(planner.gradient(0, by_weights.diff_weights)),
                    use_bias ? out(planner.gradient(1, bias_layout)) : no_arg()});
    }
    if (planner.wants_diff_src()) {
      const ConvBackwardData by_data = conv_backward_data(conv, in_blocks(diff_dst.layout));
      const Value dy = in_layout(planner, diff_dst, by_data.diff_dst);
      planner.step("conv backward data", by_data.kernel,
                   {in(dy), in(planner.weights(0, by_data.weights)), out(planner.diff_src(0, by_data.diff_src))});
    }
  });
}

bool Conv2D::folds_affine_before() const {
  // Zero padding is not shifted by the map: only where there is none.
  return options_.padding == Padding::valid && margins_ == Margins(0);
}

void Conv2D::fold_before(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                         std::span<const Shape> src) const {
  const int64_t ic = src[0][2] / options_.groups, oc = options_.filters, per_group = oc / options_.groups;
  for (int64_t k = 0; k < options_.kernel_size.h * options_.kernel_size.w; ++k)
    for (int64_t i = 0; i < ic; ++i)
      for (int64_t o = 0; o < oc; ++o) {
        const size_t channel = static_cast<size_t>(o / per_group * ic + i);
        float& weight = parameters[0][static_cast<size_t>((k * ic + i) * oc + o)];
        parameters[1][static_cast<size_t>(o)] += weight * map.shift[channel];
        weight *= map.scale[channel];
      }
}

void Conv2D::fold_behind(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                         std::span<const Shape>) const {
  const size_t oc = static_cast<size_t>(options_.filters);
  for (size_t i = 0; i < parameters[0].size(); ++i) parameters[0][i] *= map.scale[i % oc];
  for (size_t o = 0; o < oc; ++o) parameters[1][o] = parameters[1][o] * map.scale[o] + map.shift[o];
}

}  // namespace fovea
