#include "fovea/layers/group_normalization.h"

#include "fovea/layers/picture_normalization.h"

namespace fovea {

Shape GroupNormalization::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 0);
  if (shape.rank() < 1) throw usage_error(where(), "GroupNormalization takes at least one axis (got {})", to_string(shape));
  // Keras counts the batch as axis 0.
  if (options_.axis.value != -1 && options_.axis.value != shape.rank())
    throw usage_error(where(), "axis must be the last one, the channels (got {}, expected -1 or {})", options_.axis.value,
                      shape.rank());
  if (options_.groups < 1 && options_.groups != -1)
    throw usage_error(where(), "groups must be at least 1, or -1 for as many as channels (got {})", options_.groups);
  if (options_.groups != -1 && shape.back() % options_.groups != 0)
    throw usage_error(where(), "the input's channels must be a multiple of groups (got {} channels, {} groups)",
                      shape.back(), options_.groups);
  if (!(options_.epsilon >= 0)) throw usage_error(where(), "epsilon must not be negative (got {})", options_.epsilon);
  return shape;
}

std::vector<ParameterSpec> GroupNormalization::parameters(std::span<const Shape> src) const {
  const Shape shape = {src[0].back()};
  std::vector<ParameterSpec> specs;
  if (options_.scale) specs.push_back({"gamma", shape, options_.gamma_initializer});
  if (options_.center) specs.push_back({"beta", shape, options_.beta_initializer});
  return specs;
}

void GroupNormalization::plan(Planner& planner) const {
  plan_picture_norm(planner,
                    {.src = {},
                     .groups = options_.groups == -1 ? planner.src_shape().back() : options_.groups,
                     .together = {true, true, false, true},
                     .epsilon = options_.epsilon},
                    options_.scale ? 0 : -1, options_.center ? (options_.scale ? 1 : 0) : -1);
}

}  // namespace fovea
