#include "fovea/train/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fovea {
namespace {

std::string digits(const std::optional<double>& value) { return value ? fmt::format("{:.9g}", *value) : ""; }

bool is_validated(const History& history) {
  return std::any_of(history.begin(), history.end(), [](const EpochLogs& e) { return e.val_loss.has_value(); });
}

// JSON has neither NaN nor infinity.
Json exact(double value) { return std::isfinite(value) ? Json(value) : Json(fmt::format("{}", value)); }
double exact(const Json& json) { return json.is_string() ? std::stod(json.get<std::string>()) : json.get<double>(); }

std::optional<double> exact(const Json& json, const char* key) {
  return json.contains(key) ? std::optional(exact(json.at(key))) : std::nullopt;
}

}  // namespace

std::string history_csv(const History& history) {
  const bool validated = is_validated(history);
  std::string text = "epoch,loss,accuracy,";
  text += validated ? "val_loss,val_accuracy,learning_rate\n" : "learning_rate\n";
  for (const EpochLogs& e : history) {
    text += fmt::format("{},{},{},", e.epoch + 1, digits(e.loss), digits(e.accuracy));
    if (validated) text += fmt::format("{},{},", digits(e.val_loss), digits(e.val_accuracy));
    text += digits(e.learning_rate) + "\n";
  }
  return text;
}

std::vector<std::pair<std::string, double>> named_figures(const EpochLogs& logs) {
  std::vector<std::pair<std::string, double>> figures = {{"loss", logs.loss}, {"accuracy", logs.accuracy}};
  if (logs.val_loss) figures.emplace_back("val_loss", *logs.val_loss);
  if (logs.val_accuracy) figures.emplace_back("val_accuracy", *logs.val_accuracy);
  figures.emplace_back("learning_rate", logs.learning_rate);
  return figures;
}

Json epoch_json(const EpochLogs& logs) {
  Json json = {{"epoch", logs.epoch + 1}};
  for (const auto& [name, value] : named_figures(logs)) json[name] = value;
  return json;
}

Json history_json(const History& history) {
  Json json = Json::array();
  for (const EpochLogs& logs : history) {
    Json epoch = {{"epoch", logs.epoch + 1}};
    for (const auto& [name, value] : named_figures(logs)) epoch[name] = exact(value);
    epoch["seconds"] = logs.seconds;
    epoch["step_seconds"] = logs.step_seconds;
    epoch["pictures_per_second"] = logs.pictures_per_second;
    json.push_back(epoch);
  }
  return json;
}

History history_of(const Json& json) {
  History history;
  for (const Json& epoch : json)
    history.push_back({.epoch = epoch.at("epoch").get<int>() - 1,
                       .loss = exact(epoch.at("loss")),
                       .accuracy = exact(epoch.at("accuracy")),
                       .val_loss = exact(epoch, "val_loss"),
                       .val_accuracy = exact(epoch, "val_accuracy"),
                       .learning_rate = exact(epoch.at("learning_rate")),
                       .seconds = epoch.at("seconds").get<double>(),
                       .step_seconds = epoch.at("step_seconds").get<double>(),
                       .pictures_per_second = epoch.at("pictures_per_second").get<double>()});
  return history;
}

}  // namespace fovea
