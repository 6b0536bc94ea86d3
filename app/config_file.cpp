#include "app/config_file.h"

#include <algorithm>

#include "app/toml.h"
#include "fovea/base/error.h"
#include "fovea/base/file.h"

namespace fovea::app {
namespace {

constexpr uint64_t kMaxConfig = uint64_t{1} << 20;

std::string word_of(const toml::node& node, const std::string& where) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* list = node.as_array()) {
    std::string words;
    for (const toml::node& item : *list) {
      if (item.is_array() || item.is_table()) throw usage_error(where, "a list may hold texts and numbers only");
      words += (words.empty() ? "" : ",") + word_of(item, where);
    }
    return words;
  }
  throw usage_error(where, "cannot be (got a table or a date, expected a text, a number, true, false or a list)");
}

}  // namespace

std::vector<std::pair<std::string, std::string>> read_config_file(const std::string& path) {
  const std::string text = read_file(path, kMaxConfig);
  toml::table table;
  try {
    table = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    throw file_error(path, "no TOML: {} (at line {}, column {})", error.description(), at.line, at.column);
  }
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& [key, node] : table) {
    std::string name(key.str());
    std::replace(name.begin(), name.end(), '_', '-');
    values.emplace_back(name, word_of(node, path + ": " + name));
  }
  return values;
}

std::string to_toml(const Json& options) {
  std::string toml;
  // JSON's texts, numbers and booleans are TOML's.
  for (const auto& [key, value] : options.items())
    toml += fmt::format("{} = {}\n", key, value.dump(-1, ' ', false, Json::error_handler_t::replace));
  return toml;
}

}  // namespace fovea::app
