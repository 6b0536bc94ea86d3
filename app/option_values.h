// Words of the command line or of a configuration as values; what cannot be is refused in one line.
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "app/option_table.h"
#include "fovea/base/error.h"
#include "fovea/base/fields.h"

namespace fovea::app {

// "a,b" as its words.
std::vector<std::string> word_list(const std::string& text);

bool parse_flag(const std::string& word, const std::string& where);

// Throws naming near misses where there are choices and the word is none of them.
void check_choice(const std::string& word, const std::vector<std::string>& choices, const std::string& where);

bool in_range(double value, const OptionText& text);

// "cannot be (got 0, expected an integer of at least 1)", "… a number above 0 and below 1)".
Error not_in_range(const std::string& word, const OptionText& text, const char* kind, const std::string& where);

// The range with its type's limits where the option has none: what an integer is refused for is said.
template <std::integral T>
OptionText within_type(OptionText text) {
  if (std::isinf(text.least) && std::unsigned_integral<T>) text.least = 0;
  if (std::isinf(text.most)) {
    text.most = std::ldexp(1.0, std::numeric_limits<T>::digits);  // a double has this one, not always the one below it
    text.below_most = true;
  }
  return text;
}

template <std::integral T>
T parse_integer(const std::string& word, const OptionText& text, const std::string& where) {
  T value = 0;
  const char* end = word.data() + word.size();
  const auto [stop, code] = std::from_chars(word.data(), end, value);
  if (code != std::errc() || stop != end || word.empty() || !in_range(static_cast<double>(value), text))
    throw not_in_range(word,
                       code == std::errc::result_out_of_range || word.starts_with('-') ? within_type<T>(text) : text,
                       "an integer", where);
  return value;
}

template <std::floating_point T>
T parse_real(const std::string& word, const OptionText& text, const std::string& where) {
  T value = 0;
  const char* end = word.data() + word.size();
  const auto [stop, code] = std::from_chars(word.data(), end, value);
  if (code != std::errc() || stop != end || word.empty() || !std::isfinite(value) ||
      !in_range(static_cast<double>(value), text))
    throw not_in_range(word, text, "a number", where);
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
