#include "fovea/layers/regularizer.h"

#include <array>
#include <cmath>

namespace fovea {
namespace {

struct Name {
  const char* snake;
  const char* camel;
  bool l1, l2;
};
constexpr std::array<Name, 3> kNames = {
    {{"l1", "L1", true, false}, {"l2", "L2", false, true}, {"l1_l2", "L1L2", true, true}}};
constexpr double kDefault = 0.01;

}  // namespace

void read_field(const Json& json, Regularizer& value, const std::string& where) {
  value = {};
  if (json.is_null()) return;
  const bool object = json.is_object() && json.contains("class_name") && json["class_name"].is_string();
  const std::string name = json.is_string() ? json.get<std::string>() : object ? json["class_name"].get<std::string>() : "";
  for (const Name& known : kNames) {
    if (name != known.snake && name != known.camel) continue;
    // An L1L2 object says what it has; the others, and names alone, stand for 0.01.
    const bool silent = object && known.l1 && known.l2;
    const Json config = object && json.contains("config") && json["config"].is_object() ? json["config"] : Json::object();
    const auto take = [&](const char* key, bool has, double& field) {
      if (!has) return;
      field = silent ? 0 : kDefault;
      if (const auto it = config.find(key); it != config.end() && !it->is_null()) read_field(*it, field, where + ": " + key);
      if (!(field >= 0) || !std::isfinite(field)) throw usage_error(where, "{} must be a number ≥ 0 (got {})", key, field);
    };
    take("l1", known.l1, value.l1);
    take("l2", known.l2, value.l2);
    return;
  }
  throw usage_error(where, "unknown regularizer (got {}, expected L1, L2 or L1L2)", shown(json));
}

Json write_field(const Regularizer& value) {
  if (!value.any()) return nullptr;
  if (value.l2 == 0) return {{"class_name", "L1"}, {"config", {{"l1", value.l1}}}};
  if (value.l1 == 0) return {{"class_name", "L2"}, {"config", {{"l2", value.l2}}}};
  return {{"class_name", "L1L2"}, {"config", {{"l1", value.l1}, {"l2", value.l2}}}};
}

}  // namespace fovea
