#include "fovea/train/keras_training.h"

#include <algorithm>
#include <map>

#include "fovea/base/error.h"
#include "fovea/io/keras_layers.h"

namespace fovea {
namespace {

struct KerasClass {
  const char* name;  // fovea's, and Keras's identifier
  const char* class_name;
  std::vector<const char*> arguments;  // beside those that all of a kind have
};
const KerasClass kOptimizers[] = {{"sgd", "SGD", {"momentum", "nesterov"}},
                                  {"rmsprop", "RMSprop", {"rho", "momentum", "epsilon", "centered"}},
                                  {"adam", "Adam", {"beta_1", "beta_2", "epsilon", "amsgrad"}},
                                  {"adamw", "AdamW", {"beta_1", "beta_2", "epsilon", "amsgrad"}},
                                  {"adagrad", "Adagrad", {"initial_accumulator_value", "epsilon"}},
                                  {"adadelta", "Adadelta", {"rho", "epsilon"}},
                                  {"adamax", "Adamax", {"beta_1", "beta_2", "epsilon"}},
                                  {"nadam", "Nadam", {"beta_1", "beta_2", "epsilon"}},
                                  {"lion", "Lion", {"beta_1", "beta_2"}}};
const std::vector<const char*> kArgumentsOfAll = {"weight_decay", "clipnorm",     "clipvalue",    "global_clipnorm",
                                                  "use_ema",      "ema_momentum", "ema_overwrite_frequency"};
const KerasClass kSchedules[] = {{"exponential", "ExponentialDecay", {}},
                                     {"piecewise", "PiecewiseConstantDecay", {}},
                                     {"polynomial", "PolynomialDecay", {}},
                                     {"inverse_time", "InverseTimeDecay", {}},
                                     {"cosine", "CosineDecay", {}},
                                     {"cosine_restarts", "CosineDecayRestarts", {}}};

std::string text_of(const Json& json, const char* key) {
  const auto at = json.is_object() ? json.find(key) : json.end();
  return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

// "Custom>Adam" is Keras 2's Adam.
std::string without_package(std::string name) { return name.substr(name.rfind('>') + 1); }

// A schedule's name here, and its numbers.
std::pair<std::string, Json> schedule_of(const Json& json, const std::string& where) {
  const std::string name = text_of(json, "class_name");
  for (const KerasClass& known : kSchedules) {
    if (name != known.class_name) continue;
    const Json given = json.value("config", Json::object());
    Json config = Json::object();
    for (const auto& [key, value] : given.items())
      if (key != "name" && !value.is_null()) config[key] = value;
    return {known.name, std::move(config)};
  }
  throw file_error(where, "a schedule of this class cannot be had (got {})", shown(json));
}

Schedule read_schedule(const Json& json, const std::string& where) {
  const auto [name, config] = schedule_of(json, where);
  return make_schedule(name, config, where);
}

template <class Rule>
std::optional<Json> schedule_json(const Schedule& schedule, const char* class_name) {
  const Rule* rule = schedule.target<Rule>();
  if (rule == nullptr) return {};
  return Json{{"module", "keras.optimizers.schedules"},
              {"class_name", class_name},
              {"config", options_to_json(*rule)},
              {"registered_name", nullptr}};
}

// Of a schedule that Keras has not, the rate that it has now.
Json learning_rate_json(const Optimizer& optimizer) {
  const Schedule& schedule = optimizer.options().schedule;
  for (const std::optional<Json>& json :
       {schedule_json<ExponentialDecay>(schedule, "ExponentialDecay"),
        schedule_json<PiecewiseConstantDecay>(schedule, "PiecewiseConstantDecay"),
        schedule_json<PolynomialDecay>(schedule, "PolynomialDecay"),
        schedule_json<InverseTimeDecay>(schedule, "InverseTimeDecay"),
        schedule_json<CosineDecay>(schedule, "CosineDecay"),
        schedule_json<CosineDecayRestarts>(schedule, "CosineDecayRestarts")})
    if (json) return *json;
  return optimizer.learning_rate();
}

// Slots in Keras's order: of each group, all variables' in turn, those of one variable next to one another.
std::vector<std::vector<std::string>> slot_groups(const Optimizer& optimizer, bool one_by_one) {
  std::vector<std::string> names = optimizer.slot_names();
  std::vector<std::vector<std::string>> groups;
  const auto take = [&](std::vector<std::string> group) {
    for (const std::string& name : group)
      if (std::find(names.begin(), names.end(), name) == names.end()) return;
    for (const std::string& name : group) std::erase(names, name);
    if (one_by_one)
      for (std::string& name : group) groups.push_back({std::move(name)});
    else
      groups.push_back(std::move(group));
  };
  take({"average"});
  take({"gradient_accumulator"});
  const std::string& name = optimizer.options().name;
  if (name != "rmsprop") {
    take({"momentum", "velocity"});
    take({"momentum", "norm"});
    take({"accumulated_grad", "accumulated_delta_var"});
  }
  for (const std::string& left : std::vector<std::string>(names)) take({left});
  return groups;
}

// Places of the parameters that train, in the order of model.trainable_variables.
std::vector<int> trained(const Model& model) {
  std::vector<int> places;
  for (const Graph::Element& layer : keras_layers(model.graph()))
    for (const KerasVariable& variable : keras_variables(model.graph(), layer))
      if (variable.trains) places.push_back(model.parameters().find(variable.parameter));
  return places;
}

// A place in the list of an optimizer's variables that have a shape.
struct SlotPlace {
  int parameter = 0, slot = 0;
};

std::vector<SlotPlace> slot_places(const Optimizer& optimizer, const Model& model, bool one_by_one) {
  const std::vector<std::string> names = optimizer.slot_names();
  std::vector<SlotPlace> places;
  for (const std::vector<std::string>& group : slot_groups(optimizer, one_by_one))
    for (int parameter : trained(model))
      for (const std::string& name : group)
        places.push_back({parameter, static_cast<int>(std::find(names.begin(), names.end(), name) - names.begin())});
  return places;
}

// Keras before 2.11 wrote one slot of all variables after the other, the slot's name last: "Adam/conv/kernel/m:0".
bool slots_follow(const KerasTraining& training) {
  static const std::vector<std::string> ends = {"/m:0", "/v:0", "/vhat:0", "/momentum:0", "/rms:0", "/mg:0", "/accumulator:0"};
  return std::any_of(training.variables.begin(), training.variables.end(), [&](const auto& variable) {
    return std::any_of(ends.begin(), ends.end(), [&](const std::string& end) { return variable.first.ends_with(end); });
  });
}

// How tf_keras calls a slot in .h5.
std::string short_name(const std::string& slot, const std::string& optimizer) {
  if (optimizer == "rmsprop" || optimizer == "adagrad" || optimizer == "adadelta") return slot;
  static const std::map<std::string, std::string> names = {
      {"momentum", "m"}, {"velocity", "v"}, {"velocity_hat", "vhat"}, {"norm", "u"}};
  const auto at = names.find(slot);
  return at == names.end() ? slot : at->second;
}

double scalar(const Array& array) {
  return array.dtype() == DType::f32 ? static_cast<double>(array.values<float>()[0])
                                     : static_cast<double>(array.values<int64_t>()[0]);
}

template <class T>
Array scalar_array(DType dtype, T value) {
  Array array(dtype, {});
  array.values<T>()[0] = value;
  return array;
}

std::optional<OptimizerOptions> read_optimizer(const KerasTraining& training, const std::string& where) {
  const Json& compiled = training.compile_config;
  if (!compiled.is_object() || !compiled.contains("optimizer") || compiled["optimizer"].is_null()) return {};
  const Json& json = compiled["optimizer"];
  const std::string place = where + ": optimizer";
  const std::string class_name = json.is_string() ? json.get<std::string>() : without_package(text_of(json, "class_name"));
  OptimizerOptions options;
  options.name.clear();
  for (const KerasClass& known : kOptimizers)
    if (class_name == known.class_name || class_name == known.name) options.name = known.name;
  if (options.name.empty()) throw file_error(place, "an optimizer of this class cannot be had (got {})", shown(json));
  if (!json.is_object()) return options;
  const Json config = json.value("config", Json::object());
  if (!config.is_object()) throw file_error(place, "its config must be an object (got {})", shown(config));
  if (const auto decay = config.find("decay"); decay != config.end() && decay->is_number() && *decay != 0)
    throw file_error(place, "Keras 2's decay cannot be had (got {}); train with --optimizer", shown(*decay));
  // Fields of both, the others being Keras's own affairs.
  Json fields = Json::object();
  const Json known = options_to_json(OptimizerOptions{});
  for (const auto& [key, value] : config.items())
    if (key != "name" && known.contains(key) && !value.is_null() && value != false) fields[key] = value;
  if (const auto rate = config.find("lr"); rate != config.end() && rate->is_number()) fields["learning_rate"] = *rate;
  Schedule schedule;
  if (fields.contains("learning_rate") && fields["learning_rate"].is_object()) {
    schedule = read_schedule(fields["learning_rate"], place + ": learning_rate");
    fields.erase("learning_rate");
  }
  // What Keras 2 says of a moving average that is off.
  if (!fields.contains("use_ema")) fields.erase("ema_overwrite_frequency");
  const std::string name = options.name;
  options = options_from_json<OptimizerOptions>(fields, place);
  options.name = name;
  options.schedule = std::move(schedule);
  return options;
}

}  // namespace

std::optional<OptimizerOptions> keras_optimizer(const KerasTraining& training, const std::string& where) {
  try {
    return read_optimizer(training, where);
  } catch (const Error& error) {
    throw Error(ErrorKind::file, error.where(), error.message());  // no option of the user's is wrong
  }
}

std::string keras_schedule(const KerasTraining& training, const std::string& where) {
  const Json& compiled = training.compile_config;
  if (!compiled.is_object() || !compiled.contains("optimizer") || !compiled["optimizer"].is_object()) return "";
  const Json config = compiled["optimizer"].value("config", Json::object());
  if (!config.is_object() || !config.contains("learning_rate") || !config["learning_rate"].is_object()) return "";
  const auto [name, numbers] = schedule_of(config["learning_rate"], where + ": learning_rate");
  std::string text = name;
  for (const auto& [key, value] : numbers.items()) {
    text += "," + key + "=";
    if (!value.is_array()) text += value.dump();
    for (size_t i = 0; value.is_array() && i < value.size(); ++i) text += (i == 0 ? "" : ",") + value[i].dump();
  }
  return text;
}

std::optional<Loss> keras_loss(const KerasTraining& training) {
  const Json& compiled = training.compile_config;
  if (!compiled.is_object() || !compiled.contains("loss")) return {};
  const Json& loss = compiled["loss"];
  const std::string name = loss.is_string() ? loss.get<std::string>() : text_of(loss, "class_name");
  try {
    return loss_of(name, "loss");
  } catch (const Error&) {
    return {};
  }
}

bool restore_keras_state(const KerasTraining& training, Trainer& trainer, const std::string& where) {
  if (training.variables.empty()) return false;
  Optimizer& optimizer = trainer.optimizer();
  Model& model = trainer.model();
  const std::string place = where + ": optimizer";
  std::vector<const Array*> scalars, slots;
  for (const auto& [name, array] : training.variables) (array.shape().rank() == 0 ? scalars : slots).push_back(&array);
  if (scalars.empty()) throw file_error(place, "its state has no count of steps");
  const std::vector<SlotPlace> places = slot_places(optimizer, model, slots_follow(training));
  if (slots.size() != places.size())
    throw file_error(place, "its state does not fit the model (got {} tensors, expected {})", slots.size(), places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    const Parameter& parameter = model.parameters()[places[i].parameter];
    if (slots[i]->dtype() != DType::f32 || !(slots[i]->shape() == parameter.spec.shape))
      throw file_error(place, "its state of {} does not fit (got {} {}, expected float32 {})", parameter.path,
                       to_string(slots[i]->dtype()), to_string(slots[i]->shape()), to_string(parameter.spec.shape));
  }
  const double steps = scalar(*scalars[0]);
  if (!(steps >= 0 && steps < 1e15)) throw file_error(place, "the count of steps cannot be (got {})", steps);
  model.parameters().book_slots(model.graph(), optimizer.slots());
  for (size_t i = 0; i < places.size(); ++i) model.parameters().set_slot(places[i].parameter, places[i].slot, *slots[i]);
  optimizer.set_iterations(static_cast<int64_t>(steps));
  if (!optimizer.options().schedule && scalars.size() > 1 && optimizer.options().name != "nadam")
    optimizer.set_learning_rate(scalar(*scalars[1]));
  return true;
}

KerasTraining keras_training_of(Trainer& trainer, const std::string& path) {
  const Optimizer& optimizer = trainer.optimizer();
  const OptimizerOptions& options = optimizer.options();
  const bool h5 = !path.ends_with(".keras") && !path.ends_with(".weights.h5");
  const auto known =
      std::find_if(std::begin(kOptimizers), std::end(kOptimizers), [&](const auto& k) { return options.name == k.name; });
  const Json all = options_to_json(options);
  Json config = {{"name", options.name}, {"learning_rate", learning_rate_json(optimizer)}};
  for (const auto* arguments : {&kArgumentsOfAll, &known->arguments})
    for (const char* argument : *arguments) config[argument] = all[argument];
  // Which Keras 2 has not, nor its files.
  if (!h5) config["gradient_accumulation_steps"] = all["gradient_accumulation_steps"];
  Json json = {{"module", "keras.optimizers"},
               {"class_name", known->class_name},
               {"config", std::move(config)},
               {"registered_name", nullptr}};
  // By this name Keras 2 knows its newer optimizers, and Keras 3 its own.
  if (h5) json = {{"class_name", std::string("Custom>") + known->class_name}, {"config", json["config"]}};
  KerasTraining training;
  training.compile_config = {{"optimizer", std::move(json)},
                             {"loss", to_string(*trainer.options().loss)},
                             {"loss_weights", nullptr},
                             {"metrics", {"accuracy"}},
                             {"weighted_metrics", nullptr},
                             {"run_eagerly", false},
                             {"steps_per_execution", 1},
                             {"jit_compile", false}};
  Model& model = trainer.model();
  const std::vector<int> places = trained(model);
  if (places.empty() || (optimizer.slots().size() > 0 && model.parameters()[places[0]].slots.empty())) return training;
  training.variables.emplace_back("iteration:0", scalar_array<int64_t>(DType::i64, optimizer.iterations()));
  if (!h5 && !options.schedule)
    training.variables.emplace_back("", scalar_array<float>(DType::f32, static_cast<float>(optimizer.learning_rate())));
  const std::vector<std::string> names = optimizer.slot_names();
  for (const SlotPlace& slot : slot_places(optimizer, model, false))
    training.variables.emplace_back(std::string(known->class_name) + "/" +
                                        short_name(names[static_cast<size_t>(slot.slot)], options.name) + "/" +
                                        model.parameters()[slot.parameter].path + ":0",
                                    model.parameters().get_slot(slot.parameter, slot.slot));
  return training;
}

KerasTraining keras_training_for(const KerasTraining& training, Model& model, const std::string& path,
                                 const std::string& where) {
  const auto optimizer = keras_optimizer(training, where);
  if (!optimizer) return {};
  Trainer trainer(model, {.optimizer = *optimizer, .loss = keras_loss(training), .threads = 1});
  restore_keras_state(training, trainer, where);
  return keras_training_of(trainer, path);
}

}  // namespace fovea
