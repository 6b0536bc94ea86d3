#include "fovea/layers/normalization.h"

#include <algorithm>
#include <cmath>

#include "fovea/kernels/constant.h"
#include "fovea/kernels/norm.h"

namespace fovea {

Shape Normalization::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 0);
  if (shape.rank() < 1) throw usage_error(where(), "Normalization takes at least one axis (got {})", to_string(shape));
  // Keras counts the batch as axis 0.
  if (options_.axis.value != -1 && options_.axis.value != shape.rank())
    throw usage_error(where(), "axis must be the last one, the channels (got {}, expected -1 or {})", options_.axis.value,
                      shape.rank());
  if (options_.mean.has_value() != options_.variance.has_value())
    throw usage_error(where(), "mean and variance must be given together (got {} alone)", options_.mean ? "mean" : "variance");
  if (!options_.mean) return shape;
  for (const auto* numbers : {&options_.mean->values, &options_.variance->values})
    if (numbers->size() != 1 && static_cast<int64_t>(numbers->size()) != shape.back())
      throw usage_error(where(), "mean and variance must be numbers or have one for each channel (got {} for {} channels)",
                        numbers->size(), shape.back());
  for (const float variance : options_.variance->values)
    if (!(variance >= 0)) throw usage_error(where(), "variance must not be negative (got {})", variance);
  return shape;
}

std::vector<ParameterSpec> Normalization::parameters(std::span<const Shape> src) const {
  if (options_.mean) return {};
  const Shape shape = {src[0].back()};
  return {{"mean", shape, InitializerKind::zeros, false},
          {"variance", shape, InitializerKind::ones, false},
          {"count", {}, InitializerKind::zeros, false}};
}

std::optional<ChannelAffine> Normalization::channel_affine(std::span<const std::vector<float>> parameters) const {
  const auto& mean = options_.mean ? options_.mean->values : parameters[0];
  const auto& variance = options_.mean ? options_.variance->values : parameters[1];
  // How many channels share one number is not known here.
  if (options_.mean && mean.size() == 1 && variance.size() == 1) return {};
  ChannelAffine map;
  for (size_t c = 0; c < std::max(mean.size(), variance.size()); ++c) {
    const float at = mean[c % mean.size()], deviation = std::max(std::sqrt(variance[c % variance.size()]), 1e-7f);
    map.scale.push_back(options_.invert ? deviation : 1 / deviation);
    map.shift.push_back(options_.invert ? at : -at / deviation);
  }
  return map;
}

void Normalization::plan(Planner& planner) const {
  using namespace kernels;
  const Value src = planner.src();
  const Layout& layout = src.layout;
  const int64_t c = layout.c, padded = layout.padded_channels();
  // The numbers of the options, or a parameter.
  const auto numbers = [&](const std::optional<ChannelNumbers>& given, int parameter, const std::string& name) {
    if (!given) return planner.weights(parameter, WeightsLayout::plain({c}));
    std::vector<float> values = given->values;
    if (values.size() == 1) values.resize(static_cast<size_t>(c), values[0]);
    const Value memory = planner.book(static_cast<size_t>(c) * sizeof(float), name);
    planner.step(name, constant(std::move(values)), {out(memory)});
    return memory;
  };
  const Value mean = numbers(options_.mean, 0, "mean"), variance = numbers(options_.variance, 1, "variance");
  const Value statistics = planner.book(static_cast<size_t>(3 * padded) * sizeof(float), "statistics");
  planner.step("norm given statistics", norm_given_statistics(padded, c, options_.invert),
               {in(mean), in(variance), out(statistics)});
  planner.step("norm", norm_forward(layout, false),
               {in(src), in(statistics), no_arg(), options_.invert ? in(mean) : no_arg(), out(planner.dst(layout))});
  planner.backward([=, &planner] {
    if (!planner.wants_diff_src()) return;
    planner.step("norm backward", norm_backward(layout, 1, true),
                 {no_arg(), in(statistics), no_arg(), no_arg(), in(planner.diff_dst(layout)),
                  out(planner.diff_src(0, layout))});
  });
}

}  // namespace fovea
