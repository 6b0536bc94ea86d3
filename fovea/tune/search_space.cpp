#include "fovea/tune/search_space.h"

#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/base/fields.h"
#include "fovea/base/file.h"
#include "fovea/base/names.h"
#include "fovea/formats/toml.h"
#include "fovea/tune/tutorial_space.h"

namespace fovea::tune {
namespace {

constexpr int64_t kMostClasses = 1'000'000;
constexpr uint64_t kMaxFile = uint64_t{4} << 20;
const std::vector<std::string> kKeys = {"model", "options", "parameters", "compat", "input_shape", "classes"};

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Calls back with every NAME of "$NAME" in a text; what it returns takes the place.
template <class Replace>
std::string replaced(const std::string& text, Replace replace) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    if (text[i] == '$')
      while (end < text.size() && is_name(text[end])) ++end;
    if (end == i + 1) out += text[i];
    else out += replace(text.substr(i + 1, end - i - 1));
    i = end;
  }
  return out;
}

// All names of "$NAME" and "when".
void gather(const Json& json, std::set<std::string>& names) {
  if (json.is_string()) {
    replaced(json.get<std::string>(), [&](const std::string& name) {
      names.insert(name);
      return std::string();
    });
  } else if (json.is_structured()) {
    for (const auto& [key, value] : json.items()) {
      if (key == "when" && value.is_object())
        for (const auto& [name, values] : value.items()) names.insert(name);
      else gather(value, names);
    }
  }
}

const Json& value_of(const Values& values, const std::string& name, const std::string& where) {
  const auto at = values.find(name);
  if (at == values.end()) throw usage_error(where, "${} has no value here: what its \"when\" asks for is not so", name);
  return *at;
}

// The value's own type where the text is "$NAME" alone, else a text.
Json filled_text(const std::string& text, const Values& values, const std::string& where) {
  if (text.size() > 1 && text[0] == '$' && std::all_of(text.begin() + 1, text.end(), is_name)) return value_of(values, text.substr(1), where);
  return replaced(text, [&](const std::string& name) { return word_of(value_of(values, name, where)); });
}

// "when" beside or among a layer's arguments.
bool there(const Json& json, const Space& space, const Values& values, const std::string& where) {
  if (!json.is_object()) return true;
  const auto holds = [&](const Json& object) {
    const auto when = object.find("when");
    return when == object.end() || space.holds(read_conditions(*when, where + ": when"), values);
  };
  return holds(json) && std::all_of(json.begin(), json.end(), [&](const Json& inner) { return !inner.is_object() || holds(inner); });
}

Json filled(const Json& json, const Space& space, const Values& values, const std::string& where) {
  if (json.is_string()) return filled_text(json.get<std::string>(), values, where);
  if (json.is_array()) {
    Json out = Json::array();
    for (const Json& item : json)
      if (there(item, space, values, where)) out.push_back(filled(item, space, values, where));
    return out;
  }
  if (!json.is_object()) return json;
  Json out = Json::object();
  for (const auto& [key, value] : json.items())
    if (key != "when") out[key] = filled(value, space, values, where);
  return out;
}

}  // namespace

Json SearchSpace::to_json() const {
  Json json = {{"model", model}, {"options", options}, {"parameters", parameters}};
  if (keras) json["compat"] = "keras";
  if (!input_shape.is_null()) json["input_shape"] = input_shape;
  if (classes > 0) json["classes"] = classes;
  return json;
}

SearchSpace SearchSpace::from_json(const Json& json, const std::string& name) {
  if (!json.is_object()) throw usage_error(name, "is no search space (got {}, expected an object with model and parameters)", shown(json));
  for (const auto& [key, value] : json.items())
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end())
      throw usage_error(name, "unknown key \"{}\" (expected model, parameters, options, compat, input_shape, classes){}", key, did_you_mean(key, kKeys));
  SearchSpace search = {.name = name};
  for (const char* key : {"model", "parameters"})
    if (!json.contains(key)) throw usage_error(name, "{} is missing (expected model and parameters)", key);
  search.model = json["model"];
  search.parameters = json["parameters"];
  if (json.contains("options")) search.options = json["options"];
  if (!search.model.is_string() && !(search.model.is_object() && search.model.contains("layers") && search.model["layers"].is_array()))
    throw usage_error(name + ": model", "cannot be (got {}, expected a model's name or file, or an architecture with layers)", shown(search.model));
  if (!search.options.is_object()) throw usage_error(name + ": options", "got {}, expected an object", shown(search.options));
  for (const auto& [key, value] : search.options.items())
    if (value.is_structured() || value.is_null())
      throw usage_error(name + ": options: " + key, "got {}, expected a text, a number, true or false", shown(value));
  if (json.contains("compat")) {
    if (json["compat"] != "keras" && json["compat"] != "none")
      throw usage_error(name + ": compat", "got {}, expected keras or none", shown(json["compat"]));
    search.keras = json["compat"] == "keras";
  }
  if (json.contains("input_shape")) search.input_shape = json["input_shape"];
  if (json.contains("classes")) {
    const Json& classes = json["classes"];
    if (!classes.is_number_integer() || classes.get<int64_t>() < 1 || classes.get<int64_t>() > kMostClasses)
      throw usage_error(name + ": classes", "got {}, expected a number of classes", shown(classes));
    search.classes = classes.get<int64_t>();
  }
  return search;
}

Space SearchSpace::space(const Json& outside) const {
  Space space = read_parameters(parameters, name, outside, keras);
  std::vector<std::string> known = space.names();
  known.emplace_back("classes");
  for (const std::string& used_name : used()) {
    if (used_name == "classes" || space.find(used_name) != nullptr || outside.contains(used_name)) continue;
    throw usage_error(name, "there is no parameter \"{}\"{}", used_name, did_you_mean(used_name, known));
  }
  return space;
}

std::set<std::string> SearchSpace::used() const {
  std::set<std::string> names;
  gather(model, names);
  gather(options, names);
  return names;
}

Json SearchSpace::model_with(const Space& space, const Values& values) const {
  Values all = values;
  if (classes > 0) all["classes"] = classes;
  Json json = filled(model, space, all, name + ": model");
  if (json.is_object() && !json.contains("input_shape") && !input_shape.is_null()) json["input_shape"] = input_shape;
  return json;
}

Json SearchSpace::options_with(const Space& space, const Values& values) const { return filled(options, space, values, name + ": options"); }

SearchSpace load_search_space(const std::string& path) {
  if (path == "tutorial") return SearchSpace::from_json(tutorial_space(), "tutorial");
  if (!path.ends_with(".json") && !path.ends_with(".toml")) {
    if (file_exists(path)) throw file_error(path, "is no search space by its name (expected .json or .toml)");
    throw usage_error(path, "is no search space (expected FILE.json, FILE.toml or tutorial){}", did_you_mean(path, {"tutorial"}));
  }
  if (!file_exists(path)) throw file_error(path, "there is no such file");
  const std::string text = read_file(path, kMaxFile);
  const Json json = path.ends_with(".toml") ? parse_toml(text, path) : parse_json(text, path);
  SearchSpace search = SearchSpace::from_json(json, path);
  search.name = path.substr(path.rfind('/') + 1);
  search.name.resize(search.name.rfind('.'));
  return search;
}

}  // namespace fovea::tune
