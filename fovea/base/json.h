// JSON as the project uses it: members keep their order, texts from outside are bounded before they are parsed.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace fovea {

using Json = nlohmann::ordered_json;

struct JsonLimits {
  size_t bytes = size_t{64} << 20;
  size_t depth = 200;
};

// Parses a text from outside. Throws Error (file) naming `where`, line and column of what is wrong. An object may have
// 5,000 members: an ordered one looks through all that it has for each new one.
Json parse_json(std::string_view text, const std::string& where, JsonLimits limits = {});

// The same with members in the order of their names and as many as there are.
using SortedJson = nlohmann::json;
SortedJson parse_sorted_json(std::string_view text, const std::string& where, JsonLimits limits = {});

// A text as it is, anything else as JSON has it: what a user would write for the value.
std::string word_of(const Json& value);

}  // namespace fovea
