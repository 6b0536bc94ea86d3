#include "app/key_values.h"

#include <charconv>
#include <cmath>
#include <sstream>

namespace fovea::app {
namespace {

Json value_of(const std::string& word) {
  if (word == "true" || word == "false") return word == "true";
  const char *begin = word.data(), *end = begin + word.size();
  int64_t whole = 0;
  if (const auto [stop, code] = std::from_chars(begin, end, whole); code == std::errc() && stop == end) return whole;
  double real = 0;
  if (const auto [stop, code] = std::from_chars(begin, end, real); code == std::errc() && stop == end && std::isfinite(real))
    return real;
  return word;
}

}  // namespace

Json parse_key_values(const std::string& text, const std::string& where) {
  Json json = Json::object();
  std::istringstream words(text);
  std::string key;
  for (std::string word; std::getline(words, word, ',');) {
    const size_t equals = word.find('=');
    if (equals == std::string::npos) {
      if (key.empty() || word.empty()) throw usage_error(where, "cannot be (got \"{}\", expected KEY=VALUE,…)", word);
      Json& list = json[key];
      if (!list.is_array()) list = Json::array({list});
      list.push_back(value_of(word));
      continue;
    }
    key = word.substr(0, equals);
    if (key.empty() || equals + 1 == word.size()) throw usage_error(where, "cannot be (got \"{}\", expected KEY=VALUE,…)", word);
    if (json.contains(key)) throw usage_error(where, "a key comes twice (got {})", key);
    json[key] = value_of(word.substr(equals + 1));
  }
  return json;
}

}  // namespace fovea::app
