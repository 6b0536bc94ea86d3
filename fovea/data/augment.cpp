#include "fovea/data/augment.h"

#include "fovea/base/error.h"
#include "fovea/base/fields.h"

namespace fovea {
namespace {

std::string word(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? fmt::format("{}", value.get<double>()) : value.dump();
}

}  // namespace

std::string to_string(const AugmentOptions& options) {
  const Json given = options_to_json(options), usual = options_to_json(AugmentOptions{});
  std::string text;
  for (const auto& [key, value] : given.items()) {
    if (value == usual.at(key)) continue;
    std::string numbers;
    for (const Json& one : value.is_array() ? value : Json::array({value}))
      numbers += (numbers.empty() ? "" : " to ") + word(one);
    text += (text.empty() ? "" : ", ") + key + "=" + numbers;
  }
  return text;
}

void check(const AugmentOptions& options, const std::string& where) {
  check(options.crop, where);
  check(options.transform, where);
  check(options.policy, where);
  check(options.jitter, where);
  check(options.erase, where);
  check(options.mix, where);
  if (const auto& range = options.value_range; range && !(range->low < range->high))
    throw usage_error(where + ": value_range", "cannot be (got {} to {}, expected the smaller first)", range->low,
                      range->high);
}

Augment::Augment(AugmentOptions options, ValueRange range) : options_(std::move(options)) {
  if (const auto& given = options_.value_range)
    range = {static_cast<float>(given->low), static_cast<float>(given->high)};
  const TransformOptions& transform = options_.transform;
  rule_ = {.fill_mode = transform.fill_mode, .cval = transform.cval, .compat = transform.compat, .range = range};
}

void Augment::apply(Canvas& canvas, bool mirrored, RandomStream& random) const {
  crop(options_.crop, canvas, random);
  apply_transform(draw_transform(options_.transform, canvas.shape(), mirrored, random), rule_, canvas);
  apply_policies(options_.policy, rule_, canvas, random);
  jitter(options_.jitter, rule_.range, canvas, random);
  erase(options_.erase, rule_.range, canvas, random);
}

}  // namespace fovea
