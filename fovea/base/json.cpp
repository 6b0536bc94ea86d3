#include "fovea/base/json.h"

#include <algorithm>

#include "fovea/base/error.h"

namespace fovea {
namespace {

template <class AnyJson>
AnyJson parse_any(std::string_view text, const std::string& where, JsonLimits limits) {
  if (text.size() > limits.bytes)
    throw file_error(where, "JSON text is too large (got {} bytes, expected at most {})", text.size(), limits.bytes);
  // The parser recurses as deep as the text nests: count brackets outside strings first.
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > limits.depth) throw file_error(where, "JSON nests too deeply (expected at most {} levels)", limits.depth);
    } else if (c == ']' || c == '}') {
      --depth;
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
  return parse_any<Json>(text, where, limits);
}

SortedJson parse_sorted_json(std::string_view text, const std::string& where, JsonLimits limits) {
  return parse_any<SortedJson>(text, where, limits);
}

std::string word_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace fovea
