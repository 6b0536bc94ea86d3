#include "fovea/train/monitor.h"

#include <algorithm>
#include <cmath>

#include "fovea/base/names.h"
#include "fovea/train/history.h"

namespace fovea {
namespace {

// The figure's own name, without what says of which pictures it is.
std::string own_name(const std::string& figure) {
  for (const std::string_view prefix : {"val_", "exact_"})
    if (figure.starts_with(prefix)) return figure.substr(prefix.size());
  return figure;
}

void check_word(const std::string& word, const std::vector<std::string>& known, const std::string& where, const char* what) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  std::string all;
  for (size_t i = 0; i < known.size(); ++i) all += (i == 0 ? "" : i + 1 == known.size() ? " or " : ", ") + known[i];
  throw usage_error(where, "unknown {} (got \"{}\", expected {}){}", what, word, all, did_you_mean(word, known));
}

}  // namespace

const std::vector<std::string>& Monitor::modes() {
  static const std::vector<std::string> all = {"auto", "min", "max"};
  return all;
}

Monitor::Monitor(std::string figure, const std::string& mode, double min_delta, std::string where)
    : figure_(std::move(figure)), where_(std::move(where)), min_delta_(std::abs(min_delta)) {
  if (!is_metric(own_name(figure_))) check_word(figure_, {"loss", "accuracy", "val_loss", "val_accuracy", "exact_loss", "exact_accuracy"}, where_, "monitor");
  check_word(mode, modes(), where_, "mode");
  up_ = mode == "max" || (mode == "auto" && !figure_.ends_with("loss"));
}

std::optional<double> Monitor::value(const EpochLogs& logs) const {
  const auto figure = find_figure(logs, figure_);
  if (figure || (logs.validates && !logs.val_loss && needs_validation())) return figure;
  if (logs.has_exact && logs.exact.empty() && figure_.starts_with("exact_")) return figure;
  std::string all;
  for (const auto& [name, value] : named_figures(logs)) all += (all.empty() ? "" : ", ") + name;
  throw usage_error(where_, "there is no such figure to monitor (got {}, expected one of {})", figure_, all);
}

bool Monitor::improves(double value, std::optional<double> best) const {
  if (std::isnan(value)) return false;
  if (!best) return true;
  const auto reached = static_cast<float>(up_ ? value - min_delta_ : value + min_delta_), reference = static_cast<float>(*best);
  return up_ ? reached > reference : reached < reference;
}

}  // namespace fovea
