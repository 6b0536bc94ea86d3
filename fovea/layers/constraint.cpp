#include "fovea/layers/constraint.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace fovea {
namespace {

struct Name {
  const char* snake;
  const char* camel;
};
// By kind, none left out.
constexpr std::array<Name, 4> kNames = {{{"max_norm", "MaxNorm"},
                                         {"min_max_norm", "MinMaxNorm"},
                                         {"unit_norm", "UnitNorm"},
                                         {"non_neg", "NonNeg"}}};

void read_axis(const Json& json, std::vector<int64_t>& axis, const std::string& where) {
  if (json.is_array() && json.empty()) throw usage_error(where, "got [], expected an axis or a list of axes");
  const Json list = json.is_array() ? json : Json::array({json});
  axis.assign(list.size(), 0);
  for (size_t i = 0; i < axis.size(); ++i) read_field(list[i], axis[i], where);
}

}  // namespace

void Constraint::check(const Shape& weight, const std::string& where) const {
  if (kind == ConstraintKind::none || kind == ConstraintKind::non_neg) return;
  const int64_t rank = weight.rank();
  for (size_t i = 0; i < axis.size(); ++i) {
    const bool twice = std::count_if(axis.begin(), axis.end(), [&](int64_t a) {
                         return (a + rank) % rank == (axis[i] + rank) % rank;
                       }) > 1;
    if (axis[i] < -rank || axis[i] >= rank || twice)
      throw usage_error(where, "axis must name axes of the weight's shape {}, each once (got {})", to_string(weight), axis[i]);
  }
}

void read_field(const Json& json, Constraint& value, const std::string& where) {
  value = {};
  if (json.is_null()) return;
  const bool object = json.is_object() && json.contains("class_name") && json["class_name"].is_string();
  const std::string name = json.is_string() ? json.get<std::string>() : object ? json["class_name"].get<std::string>() : "";
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name != kNames[i].snake && name != kNames[i].camel) continue;
    value.kind = static_cast<ConstraintKind>(i + 1);
    if (value.kind == ConstraintKind::min_max_norm) value.max_value = 1;
    if (!object || !json.contains("config") || !json["config"].is_object()) return;
    const Json& config = json["config"];
    const auto take = [&](const char* key, double& field) {
      if (const auto it = config.find(key); it != config.end()) read_field(*it, field, where + ": " + key);
      if (!std::isfinite(field) || field < 0) throw usage_error(where, "{} must be a number ≥ 0 (got {})", key, field);
    };
    take("min_value", value.min_value);
    take("max_value", value.max_value);
    take("rate", value.rate);
    if (value.min_value > value.max_value)
      throw usage_error(where, "min_value must not be above max_value (got {} and {})", value.min_value, value.max_value);
    if (const auto it = config.find("axis"); it != config.end()) read_axis(*it, value.axis, where + ": axis");
    return;
  }
  throw usage_error(where, "unknown constraint (got {}, expected MaxNorm, MinMaxNorm, UnitNorm or NonNeg)", shown(json));
}

Json write_field(const Constraint& value) {
  if (value.kind == ConstraintKind::none) return nullptr;
  const bool range = value.kind == ConstraintKind::min_max_norm;
  Json config = Json::object();
  if (range) config["min_value"] = value.min_value;
  if (range || value.kind == ConstraintKind::max_norm) config["max_value"] = value.max_value;
  if (range) config["rate"] = value.rate;
  if (value.kind != ConstraintKind::non_neg)
    config["axis"] = value.axis.size() == 1 ? Json(value.axis[0]) : Json(value.axis);
  return {{"class_name", kNames[static_cast<size_t>(value.kind) - 1].camel}, {"config", config}};
}

}  // namespace fovea
