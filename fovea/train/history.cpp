#include "fovea/train/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

Json exact_figures(const Figures& figures) {
  Json json = Json::array();
  for (const auto& [name, value] : figures) json.push_back({name, exact_json(value)});
  return json;
}

Figures exact_figures(const Json& json) {
  Figures figures;
  for (const Json& figure : json) figures.emplace_back(figure.at(0).get<std::string>(), exact_number(figure.at(1)));
  return figures;
}

}  // namespace

// JSON has neither NaN nor infinity.
Json exact_json(double value) { return std::isfinite(value) ? Json(value) : Json(fmt::format("{}", value)); }

double exact_number(const Json& json) {
  return json.is_string() ? std::stod(json.get<std::string>()) : json.get<double>();
}

std::optional<double> exact_number(const Json& json, const char* key) {
  return json.contains(key) ? std::optional(exact_number(json.at(key))) : std::nullopt;
}

std::string history_csv(const History& history) {
  // Not every epoch need have been validated: the one with most figures names the columns.
  Figures columns = named_figures({});
  for (const EpochLogs& logs : history) {
    const Figures figures = named_figures(logs);
    if (figures.size() > columns.size()) columns = figures;
  }
  std::string text = "epoch";
  for (const auto& [name, value] : columns) text += "," + name;
  text += "\n";
  for (const EpochLogs& logs : history) {
    text += std::to_string(logs.epoch + 1);
    for (const auto& [name, value] : columns) {
      const auto figure = find_figure(logs, name);
      text += figure ? fmt::format(",{:.9g}", *figure) : ",";
    }
    text += "\n";
  }
  return text;
}

Figures named_figures(const EpochLogs& logs) {
  Figures figures = {{"loss", logs.loss}, {"accuracy", logs.accuracy}};
  const auto add = [&](const std::string& prefix, const Figures& more) {
    for (const auto& [name, value] : more) figures.emplace_back(prefix + name, value);
  };
  add("", logs.metrics);
  add("exact_", logs.exact);
  if (logs.val_loss) figures.emplace_back("val_loss", *logs.val_loss);
  if (logs.val_accuracy) figures.emplace_back("val_accuracy", *logs.val_accuracy);
  add("val_", logs.val_metrics);
  figures.emplace_back("learning_rate", logs.learning_rate);
  return figures;
}

std::optional<double> find_figure(const EpochLogs& logs, const std::string& name) {
  for (const auto& [known, value] : named_figures(logs))
    if (known == name) return value;
  return std::nullopt;
}

Json epoch_json(const EpochLogs& logs) {
  Json json = {{"epoch", logs.epoch + 1}};
  for (const auto& [name, value] : named_figures(logs)) json[name] = value;
  return json;
}

Json history_json(const History& history) {
  Json json = Json::array();
  for (const EpochLogs& logs : history) {
    Json epoch = {{"epoch", logs.epoch + 1},
                  {"loss", exact_json(logs.loss)},
                  {"accuracy", exact_json(logs.accuracy)},
                  {"metrics", exact_figures(logs.metrics)},
                  {"val_metrics", exact_figures(logs.val_metrics)},
                  {"exact", exact_figures(logs.exact)},
                  {"validates", logs.validates},
                  {"has_exact", logs.has_exact},
                  {"learning_rate", exact_json(logs.learning_rate)},
                  {"seconds", logs.seconds},
                  {"step_seconds", logs.step_seconds},
                  {"pictures_per_second", logs.pictures_per_second},
                  {"input_share", logs.input_share}};
    if (logs.val_loss) epoch["val_loss"] = exact_json(*logs.val_loss);
    if (logs.val_accuracy) epoch["val_accuracy"] = exact_json(*logs.val_accuracy);
    json.push_back(epoch);
  }
  return json;
}

History history_of(const Json& json) {
  History history;
  for (const Json& epoch : json)
    history.push_back({.epoch = epoch.at("epoch").get<int>() - 1,
                       .loss = exact_number(epoch.at("loss")),
                       .accuracy = exact_number(epoch.at("accuracy")),
                       .metrics = exact_figures(epoch.at("metrics")),
                       .val_loss = exact_number(epoch, "val_loss"),
                       .val_accuracy = exact_number(epoch, "val_accuracy"),
                       .val_metrics = exact_figures(epoch.at("val_metrics")),
                       .exact = exact_figures(epoch.at("exact")),
                       .validates = epoch.at("validates").get<bool>(),
                       .has_exact = epoch.value("has_exact", false),
                       .learning_rate = exact_number(epoch.at("learning_rate")),
                       .seconds = epoch.at("seconds").get<double>(),
                       .step_seconds = epoch.at("step_seconds").get<double>(),
                       .pictures_per_second = epoch.at("pictures_per_second").get<double>(),
                       .input_share = epoch.value("input_share", 0.0)});
  return history;
}

}  // namespace fovea
