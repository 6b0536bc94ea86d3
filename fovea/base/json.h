// JSON as the project uses it: members keep their order, texts from outside are bounded before they are parsed.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace fovea {

using Json = nlohmann::ordered_json;

struct JsonLimits {
  size_t bytes = size_t{64} << 20;
  int depth = 200;
};

// Parses a text from outside. Throws Error (file) naming `where`, line and column of what is wrong.
Json parse_json(std::string_view text, const std::string& where, JsonLimits limits = {});

// The same with members in the order of their names: for objects that may have many thousands of members, which an
// ordered object finds one by one.
using SortedJson = nlohmann::json;
SortedJson parse_sorted_json(std::string_view text, const std::string& where, JsonLimits limits = {});

// A text as it is, anything else as JSON has it: what a user would write for the value.
std::string word_of(const Json& value);

}  // namespace fovea
