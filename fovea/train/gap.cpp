#include "fovea/train/gap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fovea/train/history.h"

namespace fovea {
namespace {

constexpr double kWide = 0.05;     // of accuracy: from here on the model knows its pictures rather than their classes
constexpr double kRisen = 1.02;    // of the lowest loss: from here on it has risen
constexpr double kFalling = 0.99;  // of the loss before: so far it still falls

double training_accuracy(const EpochLogs& logs) { return find_figure(logs, "exact_accuracy").value_or(logs.accuracy); }

// What the course of val_loss says.
std::string course(const History& validated, double gap) {
  const auto loss = [](const EpochLogs& logs) { return std::isfinite(*logs.val_loss) ? *logs.val_loss : INFINITY; };
  const auto lowest = std::min_element(validated.begin(), validated.end(),
                                       [&](const EpochLogs& a, const EpochLogs& b) { return loss(a) < loss(b); });
  const EpochLogs& last = validated.back();
  if (loss(last) > kRisen * loss(*lowest) && last.loss < lowest->loss)
    return fmt::format("val_loss was lowest in epoch {} and has risen since while the training loss fell: it overfits; "
                       "augmentation, dropout or early stopping help",
                       lowest->epoch + 1);
  if (gap >= kWide) return "it begins to overfit; augmentation or dropout help";
  if (validated.size() >= 2 && loss(last) < kFalling * loss(validated[validated.size() - 2]))
    return "val_loss still falls: more epochs help";
  return "no sign of overfitting";
}

}  // namespace

std::string gap_in_words(const History& history) {
  History validated;
  std::copy_if(history.begin(), history.end(), std::back_inserter(validated),
               [](const EpochLogs& logs) { return logs.val_loss && logs.val_accuracy; });
  if (validated.empty()) return "";
  const EpochLogs& last = validated.back();
  const double gap = training_accuracy(last) - *last.val_accuracy;
  return fmt::format("accuracy {:.4f} in training{}, {:.4f} in validation ({:+.1f} points); {}", training_accuracy(last),
                     last.exact.empty() ? " (average of the epoch)" : "", *last.val_accuracy, -100 * gap, course(validated, gap));
}

}  // namespace fovea
