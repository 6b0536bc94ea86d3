#include "fovea/base/json.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "fovea/base/error.h"

namespace fovea {
namespace {

constexpr size_t kMostMembers = 5'000;

template <class AnyJson>
AnyJson parse_any(std::string_view text, const std::string& where, JsonLimits limits, size_t most_members) {
  if (text.size() > limits.bytes)
    throw file_error(where, "JSON text is too large (got {} bytes, expected at most {})", text.size(), limits.bytes);
  // The parser recurses as deep as the text nests: count brackets outside strings first, and the members of each object
  // that is open, which have a colon each.
  std::vector<size_t> members;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      members.push_back(0);
      if (members.size() > limits.depth)
        throw file_error(where, "JSON nests too deeply (expected at most {} levels)", limits.depth);
    } else if (!members.empty() && (c == ']' || c == '}')) {
      members.pop_back();
    } else if (!members.empty() && c == ':' && ++members.back() > most_members) {
      throw file_error(where, "an object of the JSON text has too many members (expected at most {})", most_members);
    }
  }
  try {
    return AnyJson::parse(text);
  } catch (const nlohmann::json::parse_error& e) {
    const size_t at = std::min<size_t>(e.byte > 0 ? e.byte - 1 : 0, text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    const size_t last_break = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    const size_t column = at - (last_break == std::string_view::npos ? 0 : last_break + 1) + 1;
    throw file_error(where, "not valid JSON at line {}, column {}", line, column);
  } catch (const nlohmann::json::exception&) {
    throw file_error(where, "not valid JSON");
  }
}

}  // namespace

Json parse_json(std::string_view text, const std::string& where, JsonLimits limits) {
  return parse_any<Json>(text, where, limits, kMostMembers);
}

SortedJson parse_sorted_json(std::string_view text, const std::string& where, JsonLimits limits) {
  return parse_any<SortedJson>(text, where, limits, SIZE_MAX);
}

std::string word_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace fovea
