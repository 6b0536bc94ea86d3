#include "fovea/layers/initializer.h"

#include <array>
#include <cassert>
#include <cmath>
#include <optional>
#include <string_view>

#include "fovea/base/random.h"

namespace fovea {
namespace {

struct Name {
  const char* snake;
  const char* camel;
};
constexpr std::array<Name, 13> kNames = {{{"zeros", "Zeros"},
                                          {"ones", "Ones"},
                                          {"constant", "Constant"},
                                          {"glorot_uniform", "GlorotUniform"},
                                          {"glorot_normal", "GlorotNormal"},
                                          {"he_uniform", "HeUniform"},
                                          {"he_normal", "HeNormal"},
                                          {"lecun_uniform", "LecunUniform"},
                                          {"lecun_normal", "LecunNormal"},
                                          {"random_uniform", "RandomUniform"},
                                          {"random_normal", "RandomNormal"},
                                          {"truncated_normal", "TruncatedNormal"},
                                          {"variance_scaling", "VarianceScaling"}}};
constexpr std::array<const char*, 3> kFans = {"fan_in", "fan_out", "fan_avg"};
constexpr std::array<const char*, 3> kDistributions = {"uniform", "truncated_normal", "untruncated_normal"};

// The name that Keras has for a scaling, if it has one: Keras 2.2 and before wrote all of them as VarianceScaling.
std::optional<InitializerKind> named(double scale, Fan mode, Distribution distribution) {
  const bool uniform = distribution == Distribution::uniform;
  if (distribution == Distribution::untruncated_normal || mode == Fan::fan_out) return {};
  if (mode == Fan::fan_avg && scale == 1) return uniform ? InitializerKind::glorot_uniform : InitializerKind::glorot_normal;
  if (mode == Fan::fan_in && scale == 1) return uniform ? InitializerKind::lecun_uniform : InitializerKind::lecun_normal;
  if (mode == Fan::fan_in && scale == 2) return uniform ? InitializerKind::he_uniform : InitializerKind::he_normal;
  return {};
}

// One of a list of words. Keras 2 also says "normal" for what is cut at two deviations.
template <class Enum, size_t N>
void read_word(const Json& config, const char* key, const std::array<const char*, N>& words, Enum& value,
               const std::string& where) {
  const auto at = config.find(key);
  if (at == config.end()) return;
  for (size_t i = 0; i < N; ++i)
    if (*at == words[i] || (words[i] == std::string_view("truncated_normal") && *at == "normal"))
      return void(value = static_cast<Enum>(i));
  throw usage_error(where + ": " + key, "cannot be (got {}, expected {}, {} or {})", shown(*at), words[0], words[1], words[2]);
}

// The deviation of a unit normal cut at two deviations.
constexpr double kTruncatedDeviation = 0.87962566103423978;

double truncated(RandomStream& random) {
  while (true) {
    const double z = random.normal();
    if (std::abs(z) < 2) return z;
  }
}

struct Fans {
  double in = 1, out = 1;
};
Fans fans_of(const Shape& shape) {
  if (shape.rank() == 0) return {1, 1};
  if (shape.rank() == 1) return {static_cast<double>(shape[0]), static_cast<double>(shape[0])};
  double field = 1;
  for (int i = 0; i + 2 < shape.rank(); ++i) field *= static_cast<double>(shape[i]);
  return {field * static_cast<double>(shape[shape.rank() - 2]), field * static_cast<double>(shape.back())};
}

}  // namespace

void Initializer::fill(const Shape& shape, uint64_t seed, uint64_t stream, std::span<float> values) const {
  assert(static_cast<int64_t>(values.size()) == shape.elements() && "one value an element");
  RandomStream random(seed, purpose::kInitializer, 0, stream);
  const Fans fans = fans_of(shape);
  const double average = (fans.in + fans.out) / 2;
  const auto constant = [&](double x) { for (float& v : values) v = static_cast<float>(x); };
  const auto uniform = [&](double lo, double hi) {
    for (float& v : values) v = static_cast<float>(lo + (hi - lo) * random.unit_double());
  };
  const auto scaled_uniform = [&](double factor, double n) {
    const double limit = std::sqrt(3 * factor / n);
    uniform(-limit, limit);
  };
  const auto scaled_normal = [&](double factor, double n) {
    const double deviation = std::sqrt(factor / n) / kTruncatedDeviation;
    for (float& v : values) v = static_cast<float>(deviation * truncated(random));
  };
  switch (kind) {
    case InitializerKind::zeros: return constant(0);
    case InitializerKind::ones: return constant(1);
    case InitializerKind::constant: return constant(value);
    case InitializerKind::glorot_uniform: return scaled_uniform(1, average);
    case InitializerKind::glorot_normal: return scaled_normal(1, average);
    case InitializerKind::he_uniform: return scaled_uniform(2, fans.in);
    case InitializerKind::he_normal: return scaled_normal(2, fans.in);
    case InitializerKind::lecun_uniform: return scaled_uniform(1, fans.in);
    case InitializerKind::lecun_normal: return scaled_normal(1, fans.in);
    case InitializerKind::random_uniform: return uniform(minval, maxval);
    case InitializerKind::random_normal:
      for (float& v : values) v = static_cast<float>(mean + stddev * random.normal());
      return;
    case InitializerKind::truncated_normal:
      for (float& v : values) v = static_cast<float>(mean + stddev * truncated(random));
      return;
    case InitializerKind::variance_scaling: {
      const double n = mode == Fan::fan_in ? fans.in : mode == Fan::fan_out ? fans.out : average;
      if (distribution == Distribution::uniform) return scaled_uniform(scale, n);
      if (distribution == Distribution::truncated_normal) return scaled_normal(scale, n);
      for (float& v : values) v = static_cast<float>(std::sqrt(scale / n) * random.normal());
      return;
    }
  }
}

void read_field(const Json& json, Initializer& value, const std::string& where) {
  const bool object = json.is_object() && json.contains("class_name") && json["class_name"].is_string();
  const std::string name = json.is_string() ? json.get<std::string>() : object ? json["class_name"].get<std::string>() : "";
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (name != kNames[i].snake && name != kNames[i].camel) continue;
    value = Initializer(static_cast<InitializerKind>(i));
    if (object && json.contains("config") && json["config"].is_object()) {
      const auto take = [&](const char* key, double& field) {
        if (auto it = json["config"].find(key); it != json["config"].end()) read_field(*it, field, where + ": " + key);
      };
      take("value", value.value);
      take("minval", value.minval);
      take("maxval", value.maxval);
      take("mean", value.mean);
      take("stddev", value.stddev);
      if (value.kind == InitializerKind::variance_scaling) {
        take("scale", value.scale);
        if (!(value.scale > 0)) throw usage_error(where + ": scale", "must be above 0 (got {})", value.scale);
        read_word(json["config"], "mode", kFans, value.mode, where);
        read_word(json["config"], "distribution", kDistributions, value.distribution, where);
        if (const auto kind = named(value.scale, value.mode, value.distribution)) value = Initializer(*kind);
      }
    }
    return;
  }
  std::vector<std::string> known;
  for (const Name& n : kNames) known.push_back(n.snake);
  throw usage_error(where, "unknown initializer (got {}){}", shown(json), did_you_mean(name, known));
}

Json write_field(const Initializer& value) {
  const Name& name = kNames[static_cast<size_t>(value.kind)];
  switch (value.kind) {
    case InitializerKind::constant: return {{"class_name", name.camel}, {"config", {{"value", value.value}}}};
    case InitializerKind::random_uniform:
      return {{"class_name", name.camel}, {"config", {{"minval", value.minval}, {"maxval", value.maxval}}}};
    case InitializerKind::random_normal:
    case InitializerKind::truncated_normal:
      return {{"class_name", name.camel}, {"config", {{"mean", value.mean}, {"stddev", value.stddev}}}};
    case InitializerKind::variance_scaling:
      return {{"class_name", name.camel},
              {"config",
               {{"scale", value.scale},
                {"mode", kFans[static_cast<size_t>(value.mode)]},
                {"distribution", kDistributions[static_cast<size_t>(value.distribution)]}}}};
    default: return name.snake;
  }
}

}  // namespace fovea
