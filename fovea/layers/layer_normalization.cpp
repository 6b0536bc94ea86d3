#include "fovea/layers/layer_normalization.h"

#include <algorithm>

#include "fovea/layers/picture_normalization.h"

namespace fovea {
namespace {

// Of a picture's shape, where Keras counts the batch as axis 0.
int64_t place_of(int64_t axis, const Shape& src) { return axis < 0 ? axis + src.rank() : axis - 1; }

}  // namespace

Shape LayerNormalization::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 0);
  if (options_.axis.values.empty()) throw usage_error(where(), "axis must name at least one axis");
  for (const int64_t axis : options_.axis.values)
    if (place_of(axis, shape) < 0 || place_of(axis, shape) >= shape.rank())
      throw usage_error(where(), "axis must be one of a picture's (got {}, expected 1 to {}, or -1 to -{})", axis,
                        shape.rank(), shape.rank());
  const std::vector<bool> taken = together(shape);
  if (std::count(taken.begin(), taken.end(), true) != static_cast<int64_t>(options_.axis.values.size()))
    throw usage_error(where(), "axis names an axis twice");
  for (int axis = 1; axis + 2 < shape.rank(); ++axis)
    if (taken[static_cast<size_t>(axis)] != taken[0])
      throw usage_error(where(), "of a shape of {} axes the first {} are normalised together or not at all", shape.rank(),
                        shape.rank() - 2);
  if (!(options_.epsilon >= 0)) throw usage_error(where(), "epsilon must not be negative (got {})", options_.epsilon);
  return shape;
}

std::vector<bool> LayerNormalization::together(const Shape& src) const {
  std::vector<bool> taken(static_cast<size_t>(src.rank()));
  for (const int64_t axis : options_.axis.values) taken[static_cast<size_t>(place_of(axis, src))] = true;
  return taken;
}

std::vector<ParameterSpec> LayerNormalization::parameters(std::span<const Shape> src) const {
  // Keras sorts the axes as they are written: -1 comes before 1.
  std::vector<int64_t> axes = options_.axis.values;
  std::sort(axes.begin(), axes.end());
  Shape shape;
  for (const int64_t axis : axes) shape.push_back(src[0][static_cast<int>(place_of(axis, src[0]))]);
  std::vector<ParameterSpec> specs;
  if (has_gamma()) specs.push_back({"gamma", shape, options_.gamma_initializer});
  if (has_beta()) specs.push_back({"beta", shape, options_.beta_initializer});
  return specs;
}

void LayerNormalization::plan(Planner& planner) const {
  const std::vector<bool> taken = together(planner.src_shape());
  // As Layout::plain_of lays shapes out: the last axis is the channels, the one before the columns, others the rows.
  const size_t rank = taken.size();
  const bool channels = taken[rank - 1], columns = rank > 1 && taken[rank - 2], rows = rank > 2 && taken[0];
  plan_picture_norm(planner,
                    {.src = {},
                     .together = {rows, columns, false, channels},
                     .weighted = {rows, columns, channels, channels},
                     .epsilon = options_.epsilon,
                     .rms = options_.rms_scaling},
                    has_gamma() ? 0 : -1, has_beta() ? (has_gamma() ? 1 : 0) : -1);
}

}  // namespace fovea
