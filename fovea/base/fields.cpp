#include "fovea/base/fields.h"

#include <cmath>
#include <limits>

namespace fovea {

std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > 60) text = text.substr(0, 57) + "...";
  return text;
}

void read_field(const Json& json, bool& value, const std::string& where) {
  if (!json.is_boolean()) throw usage_error(where, "cannot be (got {}, expected true or false)", shown(json));
  value = json.get<bool>();
}

void read_field(const Json& json, int64_t& value, const std::string& where) {
  if (json.is_number_unsigned() && json.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    throw usage_error(where, "cannot be (got {}, expected a smaller whole number)", shown(json));
  if (json.is_number_integer()) {
    value = json.get<int64_t>();
    return;
  }
  if (json.is_number_float()) {
    const double number = json.get<double>();
    if (number == std::floor(number) && std::abs(number) < 9e15) {
      value = static_cast<int64_t>(number);
      return;
    }
  }
  throw usage_error(where, "cannot be (got {}, expected a whole number)", shown(json));
}

void read_field(const Json& json, double& value, const std::string& where) {
  if (!json.is_number()) throw usage_error(where, "cannot be (got {}, expected a number)", shown(json));
  value = json.get<double>();
}

void read_field(const Json& json, float& value, const std::string& where) {
  double wide = 0;
  read_field(json, wide, where);
  value = static_cast<float>(wide);
}

void read_field(const Json& json, std::string& value, const std::string& where) {
  if (!json.is_string()) throw usage_error(where, "cannot be (got {}, expected a text)", shown(json));
  value = json.get<std::string>();
}

void read_field(const Json& json, std::vector<std::string>& value, const std::string& where) {
  if (!json.is_array()) throw usage_error(where, "got {}, expected a list of texts", shown(json));
  value.assign(json.size(), "");
  for (size_t i = 0; i < value.size(); ++i) read_field(json[i], value[i], where);
}

Json write_field(float value) { return std::isfinite(value) ? Json(std::stod(fmt::format("{}", value))) : Json(value); }

}  // namespace fovea
