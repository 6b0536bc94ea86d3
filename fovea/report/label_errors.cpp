#include "fovea/report/label_errors.h"

#include <algorithm>
#include <limits>

namespace fovea {
namespace {

// No picture reaches the threshold of a class that none bears.
std::vector<double> thresholds(std::span<const float> table, size_t classes, std::span<const int32_t> labels) {
  std::vector<double> sums(classes);
  std::vector<int64_t> counts(classes);
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<size_t>(labels[i]);
    sums[label] += static_cast<double>(table[i * classes + label]);
    ++counts[label];
  }
  for (size_t c = 0; c < classes; ++c)
    sums[c] = counts[c] > 0 ? sums[c] / static_cast<double>(counts[c]) : std::numeric_limits<double>::infinity();
  return sums;
}

}  // namespace

std::vector<LabelDoubt> doubted_labels(std::span<const float> table, int64_t classes, std::span<const int32_t> labels) {
  const auto width = static_cast<size_t>(classes);
  const std::vector<double> least = thresholds(table, width, labels);
  std::vector<LabelDoubt> doubts;
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto row = table.subspan(i * width, width);
    int32_t best = -1;
    for (size_t c = 0; c < width; ++c)
      if (static_cast<double>(row[c]) >= least[c] && (best < 0 || row[c] > row[static_cast<size_t>(best)])) best = static_cast<int32_t>(c);
    if (best < 0 || best == labels[i]) continue;
    doubts.push_back({static_cast<int64_t>(i), best,
                      static_cast<double>(row[static_cast<size_t>(best)]) - static_cast<double>(row[static_cast<size_t>(labels[i])])});
  }
  std::stable_sort(doubts.begin(), doubts.end(), [](const LabelDoubt& a, const LabelDoubt& b) { return a.margin > b.margin; });
  return doubts;
}

}  // namespace fovea
