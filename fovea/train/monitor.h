// A figure of an epoch that is watched, and when it got better (Keras: callbacks/monitor_callback.py). Compared in
// float32, as Keras does. NaN is never better, also not than nothing.
#pragma once

#include <string>
#include <vector>

#include "fovea/train/callback.h"

namespace fovea {

class Monitor {
 public:
  // `figure` is loss, accuracy or a metric, or one of them behind val_ or exact_; `mode` is min, max or auto: losses down,
  // others up. `where` is what errors say. Throws Error (usage) for another word.
  Monitor(std::string figure, const std::string& mode, double min_delta, std::string where);

  const std::string& figure() const { return figure_; }
  bool needs_validation() const { return figure_.starts_with("val_"); }
  // Nothing where the epoch was not evaluated but others are. Throws Error (usage) where no epoch has such a figure.
  std::optional<double> value(const EpochLogs& logs) const;
  bool improves(double value, std::optional<double> best) const;

  static const std::vector<std::string>& modes();

 private:
  std::string figure_, where_;
  bool up_;
  double min_delta_;
};

}  // namespace fovea
