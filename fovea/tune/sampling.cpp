#include "fovea/tune/sampling.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace fovea::tune {
namespace {

constexpr int kMostCollisions = 20;
constexpr size_t kWords = 624, kMiddle = 397;

int64_t index_of(double share, double count) {
  const double index = std::floor(share / (1 / count));
  return static_cast<int64_t>(std::min(std::max(index, 0.0), count - 1));
}

// Between min and an end, which for whole numbers is one behind the largest.
double between(const Parameter& p, double share, double end) {
  switch (p.options.sampling) {
    case Sampling::linear: return share * (end - p.min) + p.min;
    case Sampling::log: return p.min * std::pow(end / p.min, share);
    case Sampling::reverse_log: break;
  }
  return end + p.min - p.min * std::pow(end / p.min, 1 - share);
}

double share_between(const Parameter& p, double value, double end) {
  if (end == p.min) return 0.5;
  switch (p.options.sampling) {
    case Sampling::linear: return (value - p.min) / (end - p.min);
    case Sampling::log: return std::log(value / p.min) / std::log(end / p.min);
    case Sampling::reverse_log: break;
  }
  return 1 - std::log((end + p.min - value) / p.min) / std::log(end / p.min);
}

// Python's a // b of floats.
double floor_divided(double a, double b) {
  const double rest = std::fmod(a, b);
  return std::round((a - rest) / b);
}

Json number_json(const Parameter& p, double value) {
  if (p.type == ParameterType::integer) return static_cast<int64_t>(value);
  return value;
}

}  // namespace

double python_random(uint64_t seed) {
  // init_by_array(seed's 32-bit words), then the first two numbers of the generator (Matsumoto and Nishimura 1998).
  const std::array<uint32_t, 2> key = {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  const size_t length = key[1] != 0 ? 2 : 1;
  std::array<uint32_t, kWords> state;
  state[0] = 19650218;
  for (uint32_t i = 1; i < kWords; ++i) state[i] = 1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
  size_t i = 1, j = 0;
  const auto next = [&](uint32_t factor) { return state[i] ^ ((state[i - 1] ^ (state[i - 1] >> 30)) * factor); };
  const auto advance = [&] {
    if (++i < kWords) return;
    state[0] = state[kWords - 1];
    i = 1;
  };
  for (size_t k = 0; k < kWords; ++k, j = (j + 1) % length) {
    state[i] = next(1664525u) + key[j] + static_cast<uint32_t>(j);
    advance();
  }
  for (size_t k = 1; k < kWords; ++k) {
    state[i] = next(1566083941u) - static_cast<uint32_t>(i);
    advance();
  }
  state[0] = 0x80000000u;
  const auto number = [&](size_t n) {
    const uint32_t mixed = (state[n] & 0x80000000u) | (state[n + 1] & 0x7fffffffu);
    uint32_t y = state[n + kMiddle] ^ (mixed >> 1) ^ ((mixed & 1) != 0 ? 0x9908b0dfu : 0);
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
  };
  const uint32_t a = number(0) >> 5, b = number(1) >> 6;
  return (a * 67108864.0 + b) / 9007199254740992.0;
}

std::optional<double> count_of(const Parameter& p) {
  if (!p.is_number()) return static_cast<double>(p.values.size());
  if (!p.options.step) return std::nullopt;
  const double step = *p.options.step;
  if (p.options.sampling != Sampling::linear) return std::trunc(std::log(p.max / p.min) / std::log(step) + 1e-8) + 1;
  if (p.type == ParameterType::real && !p.options.keras) return std::floor((p.max - p.min) / step + 1e-9) + 1;
  return floor_divided(p.max - p.min, step) + 1;
}

Json value_at(const Parameter& p, int64_t index) {
  if (!p.is_number()) return p.values[static_cast<size_t>(index)];
  const double step = *p.options.step, i = static_cast<double>(index);
  switch (p.options.sampling) {
    case Sampling::linear: {
      const double value = p.min + i * step;
      return number_json(p, p.options.keras ? value : std::min(value, p.max));
    }
    case Sampling::log: return number_json(p, p.min * std::pow(step, i));
    case Sampling::reverse_log: break;
  }
  return number_json(p, p.max + p.min - p.min * std::pow(step, i));
}

Json value_of(const Parameter& p, double share) {
  if (const std::optional<double> count = count_of(p)) return value_at(p, index_of(share, *count));
  if (p.type == ParameterType::integer)
    return static_cast<int64_t>(std::min(std::trunc(between(p, share, p.max + 1)), p.max));
  return between(p, share, p.max);
}

double share_of(const Parameter& p, const Json& value) {
  const std::optional<double> count = count_of(p);
  if (!p.is_number()) {
    const auto at = std::find(p.values.begin(), p.values.end(), value);
    const auto index = at == p.values.end() ? 0 : at - p.values.begin();
    return (static_cast<double>(index) + 0.5) / *count;
  }
  if (!value.is_number()) return 0.5;
  const double number = std::clamp(value.get<double>(), p.min, p.max);
  if (!count) return std::clamp(p.type == ParameterType::integer ? share_between(p, number + 0.5, p.max + 1) : share_between(p, number, p.max), 0.0, 1.0);
  double index = 0;
  switch (p.options.sampling) {
    case Sampling::linear: index = (number - p.min) / *p.options.step; break;
    case Sampling::log: index = std::log(number / p.min) / std::log(*p.options.step); break;
    case Sampling::reverse_log: index = std::log((p.max + p.min - number) / p.min) / std::log(*p.options.step); break;
  }
  return (std::clamp(std::round(index), 0.0, *count - 1) + 0.5) / *count;
}

std::string key_of(const Values& values) { return SortedJson(values).dump(-1, ' ', false, Json::error_handler_t::replace); }

Draw draw(const Space& space, uint64_t state) {
  Draw drawn = {Values::object(), state};
  for (const Parameter& p : space.parameters()) {
    if (!space.active(p, drawn.values)) continue;
    drawn.values[p.name] = value_of(p, python_random(drawn.state++));
  }
  return drawn;
}

std::optional<Draw> draw_new(const Space& space, uint64_t state, const std::set<std::string>& tried) {
  for (int collisions = 0; collisions <= kMostCollisions; ++collisions) {
    Draw drawn = draw(space, state);
    if (!tried.contains(key_of(drawn.values))) return drawn;
    state = drawn.state;
  }
  return std::nullopt;
}

std::string in_words(const Values& values) {
  std::string text;
  for (const auto& [name, value] : values.items()) {
    const std::string word = value.is_string() ? value.get<std::string>() : value.is_number_float() ? fmt::format("{:.4g}", value.get<double>()) : value.dump();
    text += (text.empty() ? "" : ", ") + name + " " + word;
  }
  return text;
}

}  // namespace fovea::tune
