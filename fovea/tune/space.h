// A search space: parameters, from which values, and when they are there at all.
//
//   Space hp;
//   hp.integer("filters", 32, 128, {.step = 32});
//   hp.real("learning_rate", 1e-4, 1e-2, {.sampling = Sampling::log});
//   hp.choice("optimizer", {"adam", "sgd"});
//   hp.real("momentum", 0.5, 0.99, {.when = {{"optimizer", {"sgd"}}}});
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fovea/base/json.h"

namespace fovea::tune {

enum class ParameterType { integer, real, choice, boolean, fixed };
enum class Sampling { linear, log, reverse_log };

// The parameter (or what lies outside of the space) has one of these values.
struct Condition {
  std::string parameter;
  std::vector<Json> values;
};

struct ParameterOptions {
  std::optional<double> step = {};
  Sampling sampling = Sampling::linear;
  Json fallback = {};  // the default; null: min, the first of the values, false
  std::vector<Condition> when = {};
  bool keras = false;  // steps of floats end where Keras Tuner's do, which may be one short
};

struct Parameter {
  std::string name;
  ParameterType type = ParameterType::fixed;
  double min = 0, max = 0;     // of numbers; both are in
  std::vector<Json> values = {};  // of choice, boolean, fixed
  ParameterOptions options = {};

  bool is_number() const { return type == ParameterType::integer || type == ParameterType::real; }
  Json fallback() const;
};

// Values by parameter's name: numbers, texts, booleans. What is not active has none.
using Values = Json;

class Space {
 public:
  // Each throws Error (usage) for a name that is there already, or for what cannot be.
  Space& integer(const std::string& name, int64_t min, int64_t max, const ParameterOptions& options = {});
  Space& real(const std::string& name, double min, double max, const ParameterOptions& options = {});
  Space& choice(const std::string& name, const std::vector<Json>& values, const ParameterOptions& options = {});
  Space& boolean(const std::string& name, const ParameterOptions& options = {});
  Space& fixed(const std::string& name, const Json& value, const ParameterOptions& options = {});

  // What conditions may ask for besides parameters, and its value.
  void outside(const std::string& name, const Json& value) { outside_[name] = value; }

  const std::vector<Parameter>& parameters() const { return parameters_; }
  const Parameter* find(const std::string& name) const;
  std::vector<std::string> names() const;

  // Whether all conditions hold. A parameter stands behind those that its conditions name.
  bool holds(const std::vector<Condition>& conditions, const Values& values) const;
  bool active(const Parameter& parameter, const Values& values) const { return holds(parameter.options.when, values); }

  // How many different values there are; nothing where a number has no step.
  std::optional<double> size() const;

  Json to_json() const;  // {"parameters": {…}, "outside": {…}}

 private:
  Space& add(Parameter parameter);

  std::vector<Parameter> parameters_;
  Json outside_ = Json::object();
};

// {"optimizer": ["sgd"]}, one value without the list too. Throws Error (usage).
std::vector<Condition> read_conditions(const Json& json, const std::string& where);

// Reads "parameters" of a space's file. `outside`: names with values that conditions may ask for. `keras`: where a
// parameter does not say. Throws Error (usage) naming `where`, with near misses.
Space read_parameters(const Json& json, const std::string& where, const Json& outside = Json::object(), bool keras = false);

}  // namespace fovea::tune
