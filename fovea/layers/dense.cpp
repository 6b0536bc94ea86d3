#include "fovea/layers/dense.h"

#include "fovea/kernels/dense.h"
#include "fovea/layers/activate.h"

namespace fovea {

Shape Dense::infer(std::span<const Shape> inputs) const {
  Shape shape = only(inputs, 0);
  if (options_.units < 1) throw usage_error(where(), "units must be at least 1 (got {})", options_.units);
  if (shape.rank() < 1) throw usage_error(where(), "Dense takes at least one axis of features (got {})", to_string(shape));
  shape[shape.rank() - 1] = options_.units;
  return shape;
}

std::vector<ParameterSpec> Dense::parameters(std::span<const Shape> src) const {
  const DenseOptions& o = options_;
  std::vector<ParameterSpec> specs = {{"kernel", {src[0].back(), o.units}, o.kernel_initializer, true,
                                       o.kernel_regularizer, o.kernel_constraint}};
  if (o.use_bias) specs.push_back({"bias", {o.units}, o.bias_initializer, true, o.bias_regularizer, o.bias_constraint});
  return specs;
}

double Dense::flops(std::span<const Shape> src, const Shape&) const {
  return 2.0 * static_cast<double>(src[0].elements()) * static_cast<double>(options_.units);
}

LayerPtr Dense::without_activation() const { return with(&DenseOptions::activation, ActivationKind::linear); }

LayerPtr Dense::with_bias() const { return options_.use_bias ? nullptr : with(&DenseOptions::use_bias, true); }

void Dense::plan(Planner& planner) const {
  using namespace kernels;
  const Shape& shape = planner.src_shape();
  const bool use_bias = options_.use_bias;
  const DenseProblem dense = {.n = planner.rows() * (shape.elements() / shape.back()), .in = shape.back(), .out = options_.units};
  const Layout src_layout = Layout::plain_of(planner.rows(), shape);
  const WeightsLayout bias_layout = WeightsLayout::plain({dense.out});
  const DenseForward forward = dense_forward(
      dense, {.bias = use_bias, .relu = planner.fused_relu(), .training = planner.wants_gradients(), .weights = planner.home(0)});
  const Value src = planner.src(0, src_layout), dst = planner.dst(Layout::plain_of(planner.rows(), planner.dst_shape()));
  planner.step(planner.fused_relu() ? "dense+relu" : "dense", forward.kernel,
               {in(src), in(planner.weights(0, forward.weights)),
                use_bias ? in(planner.weights(1, bias_layout)) : no_arg(), out(dst)});
  if (!planner.wants_gradients()) return;

  planner.backward([=, this, &planner] {
    const Value diff_dst = relu_backward_if_fused(planner, dst);
    if (planner.trains(0)) {
      const DenseBackwardWeights by_weights = dense_backward_weights(dense, use_bias, planner.home(0));
      planner.step("dense backward weights", by_weights.kernel,
                   {in(src), in(diff_dst), out(planner.gradient(0, by_weights.diff_weights)),
                    use_bias ? out(planner.gradient(1, bias_layout)) : no_arg()});
    }
    if (planner.wants_diff_src()) {
      const DenseBackwardData by_data = dense_backward_data(dense, planner.home(0));
      planner.step("dense backward data", by_data.kernel,
                   {in(diff_dst), in(planner.weights(0, by_data.weights)), out(planner.diff_src(0, src_layout))});
    }
  });
}

void Dense::fold_before(const ChannelAffine& map, std::vector<std::vector<float>>& parameters, std::span<const Shape> src) const {
  const int64_t features = src[0].back(), units = options_.units, channels = static_cast<int64_t>(map.scale.size());
  // The map's channels repeat along flattened features: channel is their fastest axis.
  for (int64_t i = 0; i < features; ++i)
    for (int64_t o = 0; o < units; ++o) {
      float& weight = parameters[0][static_cast<size_t>(i * units + o)];
      parameters[1][static_cast<size_t>(o)] += weight * map.shift[static_cast<size_t>(i % channels)];
      weight *= map.scale[static_cast<size_t>(i % channels)];
    }
}

void Dense::fold_behind(const ChannelAffine& map, std::vector<std::vector<float>>& parameters, std::span<const Shape>) const {
  const size_t units = static_cast<size_t>(options_.units);
  for (size_t i = 0; i < parameters[0].size(); ++i) parameters[0][i] *= map.scale[i % units];
  for (size_t o = 0; o < units; ++o) parameters[1][o] = parameters[1][o] * map.scale[o] + map.shift[o];
}

}  // namespace fovea
