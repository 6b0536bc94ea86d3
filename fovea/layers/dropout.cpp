#include "fovea/layers/dropout.h"

#include <algorithm>

#include "fovea/kernels/eltwise.h"
#include "fovea/kernels/noise.h"
#include "fovea/layers/activate.h"
#include "fovea/layers/noise.h"

namespace fovea {

void read_field(const Json& json, NoiseShape& value, const std::string& where) {
  if (!json.is_array()) throw usage_error(where, "got {}, expected a list of sizes and nulls", shown(json));
  for (const Json& size : json) read_field(size, value.sizes.emplace_back(), where);
}
Json write_field(const NoiseShape& value) {
  Json json = Json::array();
  for (const auto& size : value.sizes) json.push_back(size ? Json(*size) : Json());
  return json;
}

std::vector<bool> Dropout::own_fates(const Shape& src) const {
  std::vector<bool> own(static_cast<size_t>(src.rank()), true);
  if (!options_.noise_shape) return own;
  const auto& sizes = options_.noise_shape->sizes;
  if (static_cast<int>(sizes.size()) != src.rank() + 1)
    throw usage_error(where(), "noise_shape must have a size for the batch and for each axis (got {} sizes for {})", sizes.size(),
                      to_string(src, true));
  if (sizes[0]) throw usage_error(where(), "noise_shape must leave the batch open (got {}, expected null)", *sizes[0]);
  for (int axis = 0; axis < src.rank(); ++axis) {
    const auto& size = sizes[static_cast<size_t>(axis) + 1];
    if (size && *size != 1 && *size != src[axis])
      throw usage_error(where(), "noise_shape must have 1 or the input's size (got {} for {})", *size, src[axis]);
    own[static_cast<size_t>(axis)] = src[axis] == 1 || !size || *size != 1;
  }
  return own;
}

Shape Dropout::infer(std::span<const Shape> src) const {
  if (!(options_.rate >= 0 && options_.rate <= 1))
    throw usage_error(where(), "rate must lie between 0 and 1 (got {})", options_.rate);
  const Shape& shape = only(src, 0);
  const std::vector<bool> own = own_fates(shape);
  if (shape.rank() > 3 && std::find(own.begin(), own.end(), false) != own.end())
    throw usage_error(where(), "noise_shape works on pictures and vectors (got {})", to_string(shape, true));
  return shape;
}

void Dropout::plan(Planner& planner) const {
  if (!planner.training() || options_.rate == 0) return plan_identity(planner);
  const Layout layout = planner.src().layout;
  const std::vector<bool> own = own_fates(planner.src_shape());
  if (std::find(own.begin(), own.end(), false) == own.end())
    return plan_redrawn(planner, "dropout", kernels::dropout(layout, options_.rate, planner.stream()), layout);
  // Axes of a picture from the last one on: channels, columns, rows.
  const auto axis = [&](size_t from_last) { return own.size() > from_last && own[own.size() - 1 - from_last]; };
  plan_redrawn(planner, "shared dropout",
               kernels::shared_dropout(layout, options_.rate, planner.stream(), {.h = axis(2), .w = axis(1), .c = axis(0)}), layout);
}

}  // namespace fovea
