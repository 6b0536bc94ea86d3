// Words of the command line or of a configuration as values; what cannot be is refused in one line.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <concepts>
#include <optional>
#include <string>
#include <vector>

#include "app/option_table.h"
#include "fovea/base/error.h"
#include "fovea/base/fields.h"

namespace fovea::app {

bool parse_flag(const std::string& word, const std::string& where);

// Throws naming near misses where there are choices and the word is none of them.
void check_choice(const std::string& word, const std::vector<std::string>& choices, const std::string& where);

// "an integer of at least 1", "a number above 0 and below 1".
std::string range_text(const OptionText& text, const char* kind);
bool in_range(double value, const OptionText& text);

template <std::integral T>
T parse_integer(const std::string& word, const OptionText& text, const std::string& where) {
  T value = 0;
  const char* end = word.data() + word.size();
  const auto [stop, code] = std::from_chars(word.data(), end, value);
  if (code != std::errc() || stop != end || word.empty() || !in_range(static_cast<double>(value), text))
    throw usage_error(where, "cannot be (got {}, expected {})", word, range_text(text, "an integer"));
  return value;
}

template <std::floating_point T>
T parse_real(const std::string& word, const OptionText& text, const std::string& where) {
  T value = 0;
  const char* end = word.data() + word.size();
  const auto [stop, code] = std::from_chars(word.data(), end, value);
  if (code != std::errc() || stop != end || word.empty() || !std::isfinite(value) ||
      !in_range(static_cast<double>(value), text))
    throw usage_error(where, "cannot be (got {}, expected {})", word, range_text(text, "a number"));
  return value;
}

template <std::integral T>
Json number_json(T value) {
  return value;
}
inline Json number_json(double value) { return value; }
inline Json number_json(float value) { return write_field(value); }
inline Json number_json(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

}  // namespace fovea::app
