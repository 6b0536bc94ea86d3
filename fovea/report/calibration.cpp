#include "fovea/report/calibration.h"

#include <algorithm>
#include <cmath>

#include "fovea/report/metrics.h"

namespace fovea {

Calibration calibration(std::span<const float> table, int64_t classes, std::span<const int32_t> labels, int bins) {
  Calibration result;
  result.bins.resize(static_cast<size_t>(bins));
  const auto width = static_cast<size_t>(classes);
  const auto pictures = static_cast<double>(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto row = table.subspan(i * width, width);
    const auto best = std::max_element(row.begin(), row.end());
    const double confidence = *best;
    CalibrationBin& bin = result.bins[static_cast<size_t>(std::clamp(static_cast<int>(std::ceil(confidence * bins)) - 1, 0, bins - 1))];
    ++bin.count;
    bin.confidence += confidence;
    bin.accuracy += best - row.begin() == labels[i] ? 1 : 0;
    for (size_t c = 0; c < width; ++c) {
      const double off = static_cast<double>(row[c]) - (static_cast<int32_t>(c) == labels[i] ? 1 : 0);
      result.brier += off * off / pictures;
    }
  }
  result.nll = negative_log_likelihood(table, classes, labels);
  for (CalibrationBin& bin : result.bins) {
    if (bin.count == 0) continue;
    bin.confidence /= static_cast<double>(bin.count);
    bin.accuracy /= static_cast<double>(bin.count);
    result.ece += static_cast<double>(bin.count) / pictures * std::abs(bin.accuracy - bin.confidence);
  }
  return result;
}

}  // namespace fovea
