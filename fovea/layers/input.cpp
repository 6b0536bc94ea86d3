#include "fovea/layers/input.h"

#include "fovea/kernels/feed.h"
#include "fovea/layers/activate.h"

namespace fovea {

void read_field(const Json& json, Shape& value, const std::string& where) {
  // A picture's sizes multiply to buffer sizes: a bound keeps every product within int64.
  constexpr int64_t kMost = 1 << 20;
  if (!json.is_array() || json.empty() || json.size() > 5)
    throw usage_error(where, "cannot be (got {}, expected a list such as [null, 32, 32, 3])", shown(json));
  value = {};
  for (size_t i = 1; i < json.size(); ++i) {
    int64_t size = 0;
    if (json[i].is_null()) throw usage_error(where, "cannot be (got {}, expected sizes that are known)", shown(json));
    read_field(json[i], size, where);
    if (size < 1 || size > kMost)
      throw usage_error(where, "cannot be (got {}, expected sizes from 1 to {})", shown(json), kMost);
    value.push_back(size);
  }
}

Json write_field(const Shape& value) {
  Json json = Json::array({nullptr});
  for (int64_t size : value) json.push_back(size);
  return json;
}

Shape InputLayer::infer(std::span<const Shape> src) const {
  if (src.size() > 1) throw usage_error(where(), "an input layer takes no inputs (got {})", src.size());
  if (src.size() == 1) {
    if (!(src[0] == options_.shape))
      throw usage_error(where(), "the model takes another shape than it is given (got {}, expected {})",
                        to_string(src[0]), to_string(options_.shape));
    return src[0];
  }
  if (options_.shape.rank() < 1 || options_.shape.elements() > (int64_t{1} << 31))
    throw usage_error(where(), "the input's shape is missing or too large (got {})", to_string(options_.shape));
  return options_.shape;
}

void InputLayer::plan(Planner& planner) const {
  if (planner.inputs() > 0) return plan_identity(planner);
  const Value dst = planner.dst(Layout::plain_of(planner.rows(), options_.shape));
  planner.step("load", kernels::feed(kernels::FeedPart::pictures, planner.rows()), {out(dst)});
}

}  // namespace fovea
