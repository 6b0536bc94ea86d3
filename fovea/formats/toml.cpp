#include "fovea/formats/toml.h"

#include <algorithm>
#include <utility>
#include <vector>

// Without toml++'s asserts: some are of what a file says, and the parser refuses the same again behind them.
#define TOML_ASSERT(expr) static_cast<void>(0)
#include <toml++/toml.h>

#include "fovea/base/error.h"

namespace fovea {
namespace {

Json json_of(const toml::node& node, const std::string& where) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  if (const auto* list = node.as_array()) {
    Json json = Json::array();
    for (const toml::node& item : *list) json.push_back(json_of(item, where));
    return json;
  }
  if (const auto* table = node.as_table()) {
    // toml++ sorts by name; the file's own order means something here.
    std::vector<std::pair<toml::source_position, std::pair<std::string, const toml::node*>>> members;
    for (const auto& [key, value] : *table) members.push_back({key.source().begin, {std::string(key.str()), &value}});
    std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Json json = Json::object();
    for (const auto& [place, member] : members) json[member.first] = json_of(*member.second, where);
    return json;
  }
  throw file_error(where, "a date cannot be (at line {}, expected a text, a number, true, false, a list or a table)",
                   node.source().begin.line);
}

}  // namespace

Json parse_toml(std::string_view text, const std::string& where) {
  try {
    return json_of(toml::parse(text, where), where);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    throw file_error(where, "no TOML: {} (at line {}, column {})", error.description(), at.line, at.column);
  }
}

}  // namespace fovea
