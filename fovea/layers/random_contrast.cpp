#include "fovea/layers/random_contrast.h"

#include "fovea/layers/activate.h"

namespace fovea {

void read_field(const Json& json, ContrastFactor& value, const std::string& where) {
  if (json.is_number()) {
    read_field(json, value.lower, where);
    value.upper = value.lower;
  } else if (json.is_array() && json.size() == 2) {
    read_field(json[0], value.lower, where);
    read_field(json[1], value.upper, where);
  } else {
    throw usage_error(where, "cannot be (got {}, expected a number or two)", shown(json));
  }
}
Json write_field(const ContrastFactor& value) { return Json::array({value.lower, value.upper}); }

Shape RandomContrast::infer(std::span<const Shape> src) const {
  const Shape& shape = only(src, 3);
  const auto [lower, upper] = options_.factor;
  if (!(lower >= 0 && lower <= 1 && upper >= 0 && upper <= 1))
    throw usage_error(where(), "factor must lie between 0 and 1 (got {} and {})", lower, upper);
  return shape;
}

void RandomContrast::plan(Planner& planner) const {
  if (!planner.training()) return plan_identity(planner);
  plan_random_colour(planner, "contrast",
                     {.low = 1 - options_.factor.lower,
                      .high = 1 + options_.factor.upper,
                      .range_low = options_.value_range.low,
                      .range_high = options_.value_range.high},
                     kernels::random_contrast_forward, kernels::random_contrast_backward);
}

}  // namespace fovea
