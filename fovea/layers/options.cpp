#include "fovea/layers/options.h"

#include <cctype>

namespace fovea {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// In the order of ActivationKind.
const std::vector<std::string> kActivations = {"linear", "relu", "sigmoid", "tanh", "softmax",
                                               "relu6", "leaky_relu", "elu", "selu", "gelu",
                                               "silu", "hard_sigmoid", "hard_silu", "softplus", "mish"};

// One number for both, or a list of two.
void read_pair(const Json& json, int64_t& first, int64_t& second, const std::string& where) {
  if (json.is_array() && json.size() == 2) {
    read_field(json[0], first, where);
    read_field(json[1], second, where);
  } else if (json.is_number()) {
    read_field(json, first, where);
    second = first;
  } else {
    throw usage_error(where, "cannot be (got {}, expected a whole number or two)", shown(json));
  }
}

// Sizes multiply to buffer sizes: a bound keeps every product within int64.
constexpr int64_t kMost = 1 << 16;

void read_sizes(const Json& json, int64_t least, int64_t& h, int64_t& w, const std::string& where) {
  read_pair(json, h, w, where);
  if (h < least || w < least || h > kMost || w > kMost)
    throw usage_error(where, "cannot be (got {}, expected sizes from {} to {})", shown(json), least, kMost);
}

}  // namespace

void read_field(const Json& json, Size2& value, const std::string& where) {
  read_sizes(json, 1, value.h, value.w, where);
}
Json write_field(const Size2& value) { return Json::array({value.h, value.w}); }
std::string to_string(const Size2& size) { return fmt::format("{}x{}", size.h, size.w); }

void read_field(const Json& json, Extra2& value, const std::string& where) {
  read_sizes(json, 0, value.h, value.w, where);
}
Json write_field(const Extra2& value) { return Json::array({value.h, value.w}); }
std::string to_string(const Extra2& extra) { return fmt::format("{}x{}", extra.h, extra.w); }

void read_field(const Json& json, Margins& value, const std::string& where) {
  const bool each = json.is_array() && json.size() == 2;
  read_pair(each ? json[0] : json, value.top, value.bottom, where);
  read_pair(each ? json[1] : json, value.left, value.right, where);
  for (const int64_t margin : {value.top, value.bottom, value.left, value.right})
    if (margin < 0 || margin > kMost)
      throw usage_error(where, "cannot be (got {}, expected margins from 0 to {})", shown(json), kMost);
}
Json write_field(const Margins& value) { return {{value.top, value.bottom}, {value.left, value.right}}; }

void read_field(const Json& json, Padding& value, const std::string& where) {
  const std::string text = json.is_string() ? lower(json.get<std::string>()) : "";
  if (text == "valid") value = Padding::valid;
  else if (text == "same") value = Padding::same;
  else
    throw usage_error(where, "cannot be (got {}, expected \"valid\" or \"same\")", shown(json));
}
Json write_field(Padding value) { return value == Padding::valid ? "valid" : "same"; }

void read_field(const Json& json, ActivationKind& value, const std::string& where) {
  if (json.is_null()) {
    value = ActivationKind::linear;
    return;
  }
  std::string text;
  if (json.is_string()) text = lower(json.get<std::string>());
  if (json.is_object() && json.contains("config") && json["config"].is_string()) text = lower(json["config"].get<std::string>());
  if (text == "swish") text = "silu";
  if (text == "hard_swish") text = "hard_silu";
  const auto found = std::find(kActivations.begin(), kActivations.end(), text);
  if (found == kActivations.end())
    throw usage_error(where, "unknown activation (got {}, expected one of {})", shown(json), fmt::join(kActivations, ", "));
  value = static_cast<ActivationKind>(found - kActivations.begin());
}
Json write_field(ActivationKind value) { return to_string(value); }
std::string to_string(ActivationKind kind) { return kActivations[static_cast<size_t>(kind)]; }

void read_field(const Json& json, Interpolation& value, const std::string& where) {
  if (json == "nearest") value = Interpolation::nearest;
  else if (json == "bilinear") value = Interpolation::bilinear;
  else throw usage_error(where, "got {}, expected \"nearest\" or \"bilinear\"", shown(json));
}
Json write_field(Interpolation value) { return value == Interpolation::nearest ? "nearest" : "bilinear"; }

void read_field(const Json& json, Axis& value, const std::string& where) {
  if (json.is_array() && json.size() == 1) read_field(json[0], value.value, where);
  else read_field(json, value.value, where);
}
Json write_field(const Axis& value) { return value.value; }

void read_field(const Json& json, Axes& value, const std::string& where) {
  if (json.is_array() && json.size() > Shape::kMaxRank)
    throw usage_error(where, "got {} axes, expected at most {}", json.size(), Shape::kMaxRank);
  const Json list = json.is_array() ? json : Json::array({json});
  value.values.assign(list.size(), 0);
  for (size_t i = 0; i < list.size(); ++i) read_field(list[i], value.values[i], where);
}
Json write_field(const Axes& value) { return value.values.size() == 1 ? Json(value.values[0]) : Json(value.values); }

int64_t Window::out() const {
  if (padding == Padding::same) return (in + stride - 1) / stride;
  return in < extent() ? 0 : (in - extent()) / stride + 1;
}
int64_t Window::before() const {
  if (padding == Padding::valid) return 0;
  return std::max<int64_t>((out() - 1) * stride + extent() - in, 0) / 2;
}
int64_t Window::after() const {
  if (padding == Padding::valid) return 0;
  return std::max<int64_t>((out() - 1) * stride + extent() - in, 0) - before();
}

}  // namespace fovea
