#include "fovea/tune/space.h"

#include <algorithm>
#include <cmath>

#include "fovea/base/error.h"
#include "fovea/base/fields.h"
#include "fovea/base/names.h"
#include "fovea/tune/sampling.h"

namespace fovea::tune {
namespace {

constexpr size_t kMostParameters = 1000, kMostValues = 10'000;
constexpr double kMostSteps = 1e9;
constexpr double kMostWhole = 9007199254740992;  // 2^53: whole numbers up to it are exact in double

const std::vector<std::string> kTypes = {"int", "float", "choice", "boolean", "fixed"};
const std::vector<std::string> kSamplings = {"linear", "log", "reverse_log"};

bool is_scalar(const Json& value) { return value.is_number() || value.is_string() || value.is_boolean(); }

std::string listed(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, ", ")); }

void check_whole(double value, const std::string& where) {
  if (!(std::abs(value) <= kMostWhole)) throw usage_error(where, "whole numbers are at most 2^53 here (got {})", value);
}

void check_number(const Parameter& p, const std::string& where) {
  const bool log = p.options.sampling != Sampling::linear;
  if (!std::isfinite(p.min) || !std::isfinite(p.max) || p.min > p.max)
    throw usage_error(where, "min is above max (got {} and {})", p.min, p.max);
  if (log && p.min <= 0) throw usage_error(where, "logarithmic sampling begins above 0 (got min {})", p.min);
  if (p.type == ParameterType::integer)
    for (const double value : {p.min, p.max, p.options.step.value_or(0)}) check_whole(value, where);
  if (!p.options.step) return;
  const double step = *p.options.step;
  if (!(step > (log ? 1 : 0)))
    throw usage_error(where, "a {} must be above {} (got {})", log ? "logarithmic step, a factor," : "step", log ? 1 : 0, step);
  if (p.type == ParameterType::integer && step != std::floor(step))
    throw usage_error(where, "the step of whole numbers is one (got {})", step);
  if (count_of(p).value_or(0) > kMostSteps) throw usage_error(where, "the step is too small (got {})", step);
}

void check_values(const Parameter& p, const std::string& where) {
  if (p.values.empty() || p.values.size() > kMostValues)
    throw usage_error(where, "there must be values (got {}, expected 1 to {})", p.values.size(), kMostValues);
  for (const Json& value : p.values) {
    if (!is_scalar(value)) throw usage_error(where, "a value is a number, a text, true or false (got {})", shown(value));
    const bool alike = value.is_number() ? p.values[0].is_number() : value.type() == p.values[0].type();
    if (!alike) throw usage_error(where, "values are all of one type (got {} and {})", shown(p.values[0]), shown(value));
  }
}

void check_fallback(const Parameter& p, const std::string& where) {
  const Json& given = p.options.fallback;
  if (given.is_null()) return;
  const bool fits = p.is_number() ? given.is_number() && given.get<double>() >= p.min && given.get<double>() <= p.max
                                  : std::find(p.values.begin(), p.values.end(), given) != p.values.end();
  if (!fits) throw usage_error(where, "the default is none of its values (got {})", shown(given));
}

double number(const Json& json, const char* key, const std::string& where, std::optional<double> otherwise = {}) {
  const auto at = json.find(key);
  if (at == json.end()) {
    if (otherwise) return *otherwise;
    throw usage_error(where, "{} is missing (got {})", key, shown(json));
  }
  if (!at->is_number()) throw usage_error(where + ": " + key, "got {}, expected a number", shown(*at));
  return at->get<double>();
}

int64_t whole(const Json& json, const char* key, const std::string& where) {
  const double value = number(json, key, where);
  if (value != std::floor(value)) throw usage_error(where + ": " + key, "got {}, expected a whole number", value);
  check_whole(value, where);
  return static_cast<int64_t>(value);
}

std::string text(const Json& json, const char* key, const std::string& where) {
  const Json& value = json.at(key);
  if (!value.is_string()) throw usage_error(where + ": " + key, "got {}, expected a text", shown(value));
  return value.get<std::string>();
}

void check_keys(const Json& json, std::vector<std::string> known, const std::string& where) {
  known.insert(known.end(), {"type", "default", "when"});
  for (const auto& [key, value] : json.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw usage_error(where, "unknown key \"{}\" (expected {}){}", key, listed(known), did_you_mean(key, known));
}

ParameterOptions read_options(const Json& json, const std::string& where, bool keras) {
  ParameterOptions options = {.keras = keras};
  if (json.contains("step") && !json["step"].is_null()) options.step = number(json, "step", where);
  if (json.contains("sampling")) {
    const std::string word = text(json, "sampling", where);
    const auto at = std::find(kSamplings.begin(), kSamplings.end(), word);
    if (at == kSamplings.end())
      throw usage_error(where, "unknown sampling \"{}\" (expected {}){}", word, listed(kSamplings), did_you_mean(word, kSamplings));
    options.sampling = static_cast<Sampling>(at - kSamplings.begin());
  }
  if (json.contains("compat")) {
    const std::string word = text(json, "compat", where);
    if (word != "keras" && word != "none") throw usage_error(where + ": compat", "got \"{}\", expected keras or none", word);
    options.keras = word == "keras";
  }
  if (json.contains("default")) options.fallback = json["default"];
  if (json.contains("when")) options.when = read_conditions(json["when"], where + ": when");
  return options;
}

void read_parameter(Space& space, const std::string& name, const Json& json, const std::string& where, bool keras) {
  if (!json.is_object()) throw usage_error(where, "got {}, expected {{\"type\": …}}", shown(json));
  if (!json.contains("type")) throw usage_error(where, "type is missing (expected {})", listed(kTypes));
  const std::string type = text(json, "type", where);
  const ParameterOptions options = read_options(json, where, keras);
  if (type == "int") {
    check_keys(json, {"min", "max", "step", "sampling"}, where);
    space.integer(name, whole(json, "min", where), whole(json, "max", where), options);
  } else if (type == "float") {
    check_keys(json, {"min", "max", "step", "sampling", "compat"}, where);
    space.real(name, number(json, "min", where), number(json, "max", where), options);
  } else if (type == "choice") {
    check_keys(json, {"values"}, where);
    if (!json.contains("values") || !json["values"].is_array())
      throw usage_error(where, "values are missing (expected a list)");
    space.choice(name, json["values"].get<std::vector<Json>>(), options);
  } else if (type == "boolean") {
    check_keys(json, {}, where);
    space.boolean(name, options);
  } else if (type == "fixed") {
    check_keys(json, {"value"}, where);
    if (!json.contains("value")) throw usage_error(where, "value is missing");
    space.fixed(name, json["value"], options);
  } else {
    throw usage_error(where, "unknown type \"{}\" (expected {}){}", type, listed(kTypes), did_you_mean(type, kTypes));
  }
}

}  // namespace

Json Parameter::fallback() const {
  if (!options.fallback.is_null()) return options.fallback;
  if (type == ParameterType::integer) return static_cast<int64_t>(min);
  if (type == ParameterType::real) return min;
  return values.front();
}

Space& Space::add(Parameter parameter) {
  const std::string where = parameter.name.empty() ? "a parameter" : parameter.name;
  if (parameter.name.empty()) throw usage_error(where, "needs a name (got none)");
  if (find(parameter.name) != nullptr) throw usage_error(where, "there is a parameter of this name already");
  if (parameters_.size() >= kMostParameters) throw usage_error(where, "too many parameters (expected at most {})", kMostParameters);
  if (parameter.is_number()) check_number(parameter, where);
  else check_values(parameter, where);
  check_fallback(parameter, where);
  for (const Condition& condition : parameter.options.when) {
    const Parameter* asked = find(condition.parameter);
    if (asked == nullptr && !outside_.contains(condition.parameter)) {
      std::vector<std::string> known = names();
      for (const auto& [name, value] : outside_.items()) known.push_back(name);
      throw usage_error(where + ": when", "no parameter before it is named \"{}\"{}", condition.parameter,
                        did_you_mean(condition.parameter, known));
    }
    if (asked == nullptr || asked->is_number()) continue;
    for (const Json& value : condition.values)
      if (std::find(asked->values.begin(), asked->values.end(), value) == asked->values.end())
        throw usage_error(where + ": when", "{} is never that (got {})", asked->name, shown(value));
  }
  parameters_.push_back(std::move(parameter));
  return *this;
}

Space& Space::integer(const std::string& name, int64_t min, int64_t max, const ParameterOptions& options) {
  Parameter p = {.name = name, .type = ParameterType::integer, .min = static_cast<double>(min), .max = static_cast<double>(max), .options = options};
  if (!p.options.step && p.options.sampling == Sampling::linear) p.options.step = 1;
  return add(std::move(p));
}
Space& Space::real(const std::string& name, double min, double max, const ParameterOptions& options) {
  return add({.name = name, .type = ParameterType::real, .min = min, .max = max, .options = options});
}
Space& Space::choice(const std::string& name, const std::vector<Json>& values, const ParameterOptions& options) {
  return add({.name = name, .type = ParameterType::choice, .values = values, .options = options});
}
Space& Space::boolean(const std::string& name, const ParameterOptions& options) {
  return add({.name = name, .type = ParameterType::boolean, .values = {false, true}, .options = options});
}
Space& Space::fixed(const std::string& name, const Json& value, const ParameterOptions& options) {
  return add({.name = name, .type = ParameterType::fixed, .values = {value}, .options = options});
}

const Parameter* Space::find(const std::string& name) const {
  const auto at = std::find_if(parameters_.begin(), parameters_.end(), [&](const Parameter& p) { return p.name == name; });
  return at == parameters_.end() ? nullptr : &*at;
}

std::vector<std::string> Space::names() const {
  std::vector<std::string> names;
  for (const Parameter& p : parameters_) names.push_back(p.name);
  return names;
}

bool Space::holds(const std::vector<Condition>& conditions, const Values& values) const {
  return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
    const Json& source = find(condition.parameter) != nullptr ? values : outside_;
    const auto at = source.find(condition.parameter);
    return at != source.end() && std::find(condition.values.begin(), condition.values.end(), *at) != condition.values.end();
  });
}

std::optional<double> Space::size() const {
  double size = 1;
  for (const Parameter& p : parameters_) {
    const std::optional<double> count = count_of(p);
    if (!count) return std::nullopt;
    size *= *count;
  }
  return size;
}

Json Space::to_json() const {
  Json all = Json::object();
  for (const Parameter& p : parameters_) {
    Json json = {{"type", kTypes[static_cast<size_t>(p.type)]}};
    if (p.type == ParameterType::integer) {
      json["min"] = static_cast<int64_t>(p.min);
      json["max"] = static_cast<int64_t>(p.max);
    } else if (p.type == ParameterType::real) {
      json["min"] = p.min;
      json["max"] = p.max;
      if (p.options.keras) json["compat"] = "keras";
    } else if (p.type == ParameterType::choice) {
      json["values"] = p.values;
    } else if (p.type == ParameterType::fixed) {
      json["value"] = p.values[0];
    }
    if (p.is_number()) {
      if (p.options.step && p.type == ParameterType::integer) json["step"] = static_cast<int64_t>(*p.options.step);
      else if (p.options.step) json["step"] = *p.options.step;
      if (p.options.sampling != Sampling::linear) json["sampling"] = kSamplings[static_cast<size_t>(p.options.sampling)];
    }
    if (!p.options.fallback.is_null()) json["default"] = p.options.fallback;
    for (const Condition& condition : p.options.when) json["when"][condition.parameter] = condition.values;
    all[p.name] = json;
  }
  return {{"parameters", all}, {"outside", outside_}};
}

std::vector<Condition> read_conditions(const Json& json, const std::string& where) {
  if (!json.is_object()) throw usage_error(where, "got {}, expected {{\"PARAMETER\": [VALUE, …]}}", shown(json));
  std::vector<Condition> conditions;
  for (const auto& [name, value] : json.items()) {
    Condition condition = {name, {}};
    if (value.is_array()) condition.values = value.get<std::vector<Json>>();
    else condition.values = {value};
    for (const Json& one : condition.values)
      if (!is_scalar(one)) throw usage_error(where, "{} is compared with numbers, texts, true or false (got {})", name, shown(one));
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

Space read_parameters(const Json& json, const std::string& where, const Json& outside, bool keras) {
  if (!json.is_object()) throw usage_error(where, "got {}, expected an object of parameters", shown(json));
  Space space;
  for (const auto& [name, value] : outside.items()) space.outside(name, value);
  for (const auto& [name, parameter] : json.items()) {
    const std::string place = where + ": " + name;
    try {
      read_parameter(space, name, parameter, place, keras);
    } catch (const Error& error) {
      if (error.where().starts_with(where)) throw;
      throw usage_error(where + ": " + error.where(), "{}", error.message());
    }
  }
  return space;
}

}  // namespace fovea::tune
