#include "fovea/train/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace fovea {
namespace {

std::string digits(const std::optional<double>& value) { return value ? fmt::format("{:.9g}", *value) : ""; }

bool is_validated(const History& history) {
  return std::any_of(history.begin(), history.end(), [](const EpochLogs& e) { return e.val_loss.has_value(); });
}

// NaN is never better.
double watched(const EpochLogs& logs) {
  const double value = logs.val_loss.value_or(logs.loss);
  return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
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

Json epoch_json(const EpochLogs& logs) {
  Json json = {{"epoch", logs.epoch + 1}, {"loss", logs.loss}, {"accuracy", logs.accuracy}};
  if (logs.val_loss) json["val_loss"] = *logs.val_loss;
  if (logs.val_accuracy) json["val_accuracy"] = *logs.val_accuracy;
  json["learning_rate"] = logs.learning_rate;
  return json;
}

int best_epoch(const History& history) {
  const bool validated = is_validated(history);
  const EpochLogs* best = nullptr;
  for (const EpochLogs& logs : history) {
    if (validated && !logs.val_loss) continue;
    if (best == nullptr || watched(logs) < watched(*best)) best = &logs;
  }
  return best == nullptr ? 0 : best->epoch + 1;
}

}  // namespace fovea
