#include "fovea/layers/batch_normalization.h"

#include <cmath>

#include "fovea/kernels/copy.h"
#include "fovea/kernels/norm.h"
#include "fovea/layers/activate.h"

namespace fovea {

Shape BatchNormalization::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 0);
  if (shape.rank() < 1) throw usage_error(where(), "BatchNormalization takes at least one axis (got {})", to_string(shape));
  // Keras counts the batch as axis 0.
  if (options_.axis.value != -1 && options_.axis.value != shape.rank())
    throw usage_error(where(), "axis must be the last one, the channels (got {}, expected -1 or {})", options_.axis.value,
                      shape.rank());
  if (!(options_.epsilon >= 0)) throw usage_error(where(), "epsilon must not be negative (got {})", options_.epsilon);
  if (!(options_.momentum >= 0 && options_.momentum <= 1))
    throw usage_error(where(), "momentum must lie between 0 and 1 (got {})", options_.momentum);
  return shape;
}

std::vector<ParameterSpec> BatchNormalization::parameters(std::span<const Shape> src) const {
  const Shape shape = {src[0].back()};
  std::vector<ParameterSpec> specs;
  if (options_.scale)
    specs.push_back({"gamma", shape, options_.gamma_initializer, true, options_.gamma_regularizer, options_.gamma_constraint});
  if (options_.center)
    specs.push_back({"beta", shape, options_.beta_initializer, true, options_.beta_regularizer, options_.beta_constraint});
  specs.push_back({"moving_mean", shape, options_.moving_mean_initializer, false});
  specs.push_back({"moving_variance", shape, options_.moving_variance_initializer, false});
  return specs;
}

std::optional<ChannelAffine> BatchNormalization::channel_affine(std::span<const std::vector<float>> parameters) const {
  const auto& mean = parameters[static_cast<size_t>(moving_mean())];
  const auto& variance = parameters[static_cast<size_t>(moving_variance())];
  ChannelAffine map{std::vector<float>(mean.size()), std::vector<float>(mean.size())};
  for (size_t c = 0; c < mean.size(); ++c) {
    const double inv = 1 / std::sqrt(static_cast<double>(variance[c]) + options_.epsilon);
    const double scale = (gamma() < 0 ? 1.0 : parameters[static_cast<size_t>(gamma())][c]) * inv;
    map.scale[c] = static_cast<float>(scale);
    map.shift[c] = static_cast<float>((beta() < 0 ? 0.0 : parameters[static_cast<size_t>(beta())][c]) - mean[c] * scale);
  }
  return map;
}

void BatchNormalization::plan(Planner& planner) const {
  using namespace kernels;
  const Value src = planner.src();
  const Layout& layout = src.layout;
  // Per-channel arrays are as long as the parameters, which plain layouts hold without padding.
  const int64_t c = layout.c, padded = layout.padded_channels(), area = layout.h * layout.w;
  const WeightsLayout plain = WeightsLayout::plain({c});
  const auto weights = [&](int place) { return place < 0 ? Value{} : planner.weights(place, plain); };
  const bool batch_statistics = planner.training() && trainable();
  const size_t pair = static_cast<size_t>(2 * padded) * sizeof(float), triple = static_cast<size_t>(3 * padded) * sizeof(float);

  Value statistics;
  if (batch_statistics) {
    const Value moments = planner.partial(pair, "moments");
    statistics = planner.shared(triple, "statistics");
    planner.step("norm moments", norm_moments(layout), {in(src), out(moments)});
    std::vector<int64_t> elements = planner.unit_rows();
    for (int64_t& rows : elements) rows *= area;
    planner.meet("batch statistics", "norm merge", norm_merge(elements, padded, c, options_.epsilon),
                 {in_all(moments), out(statistics)});
    planner.after_gradients("norm update moving", norm_update_moving(padded, c, options_.momentum),
                            {in(statistics), inout(weights(moving_mean())), inout(weights(moving_variance()))});
  } else {
    statistics = planner.book(triple, "statistics");
    planner.step("norm fixed statistics", norm_fixed_statistics(padded, c, options_.epsilon),
                 {in(weights(moving_mean())), in(weights(moving_variance())), out(statistics)});
  }
  const Value dst = planner.dst(layout);
  planner.step(planner.fused_relu() ? "norm+relu" : "norm", norm_forward(layout, planner.fused_relu(), planner.relu_limit()),
               {in(src), in(statistics), in(weights(gamma())), in(weights(beta())), out(dst)});
  if (!planner.wants_gradients()) return;

  planner.backward([=, this, &planner] {
    const Value diff_dst = relu_backward_if_fused(planner, dst);
    const Value gamma_weights = gamma() < 0 ? Value{} : planner.weights(gamma(), plain);
    const bool trains = (gamma() >= 0 && planner.trains(gamma())) || (beta() >= 0 && planner.trains(beta()));
    Value totals;
    if (batch_statistics || trains) {
      const Value sums = batch_statistics ? planner.partial(pair, "sums") : planner.book(pair, "sums");
      planner.step("norm sums", norm_sums(layout), {in(src), in(statistics), in(diff_dst), out(sums)});
      if (trains && beta() >= 0) planner.step("norm beta", copy(c, 0), {in(sums), out(planner.gradient(beta(), plain))});
      if (trains && gamma() >= 0)
        planner.step("norm gamma", copy(c, padded), {in(sums), out(planner.gradient(gamma(), plain))});
      if (batch_statistics) {
        totals = planner.shared(pair, "totals");
        planner.meet("batch gradients of normalisation", "norm total",
                     norm_total(static_cast<int64_t>(planner.unit_rows().size()), padded), {in_all(sums), out(totals)});
      }
    }
    if (!planner.wants_diff_src()) return;
    planner.step("norm backward", norm_backward(layout, planner.batch() * area, !batch_statistics),
                 {in(src), in(statistics), in(gamma_weights), in(totals), in(diff_dst), out(planner.diff_src(0, layout))});
  });
}

}  // namespace fovea
