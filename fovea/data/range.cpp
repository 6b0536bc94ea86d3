#include "fovea/data/range.h"

#include <cmath>

#include "fovea/base/fields.h"

namespace fovea {

void read_field(const Json& json, Range& value, const std::string& where) {
  if (!json.is_array() || json.size() != 2)
    throw usage_error(where, "cannot be (got {}, expected two numbers)", shown(json));
  read_field(json[0], value.low, where);
  read_field(json[1], value.high, where);
}

Json write_field(const Range& value) { return Json::array({value.low, value.high}); }

void check_range(const Range& range, const char* name, const std::string& where) {
  if (!(range.low >= 0) || !(range.high >= range.low) || std::isinf(range.high))
    throw usage_error(where + ": " + name,
                      "cannot be (got {} to {}, expected two numbers from 0 on, the smaller first)", range.low,
                      range.high);
}

void check_share(double value, const char* name, const std::string& where) {
  if (!(value >= 0 && value <= 1)) throw usage_error(where + ": " + name, "must lie between 0 and 1 (got {})", value);
}

void check_size(double value, const char* name, const std::string& where) {
  if (!(value >= 0) || std::isinf(value))
    throw usage_error(where + ": " + name, "must be at least 0 and finite (got {})", value);
}

}  // namespace fovea
