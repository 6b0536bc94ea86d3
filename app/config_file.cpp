#include "app/config_file.h"

#include <algorithm>
#include <limits>

#include "app/toml.h"
#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/base/utf8.h"

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

// JSON's texts, numbers and booleans are TOML's, but for integers from 2^63 on: their digits are a text.
std::string toml_of(const std::string& key, const Json& value) {
  if (value.is_string() && valid_utf8(value.get<std::string>()) != value.get<std::string>())
    throw usage_error("--" + key, "is not UTF-8: a run could not keep it (got \"{}\")", valid_utf8(value.get<std::string>()));
  if (value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return fmt::format("\"{}\"", value.get<uint64_t>());
  return value.dump();
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
  for (const auto& [key, value] : options.items()) toml += fmt::format("{} = {}\n", key, toml_of(key, value));
  return toml;
}

}  // namespace fovea::app
