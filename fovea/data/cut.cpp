#include "fovea/data/cut.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fovea/base/random.h"

namespace fovea {

Cut cut_stratified(std::span<const int32_t> labels, int64_t classes, double share, uint64_t seed) {
  std::vector<std::vector<uint32_t>> members(static_cast<size_t>(classes));
  for (size_t i = 0; i < labels.size(); ++i)
    members[static_cast<size_t>(labels[i])].push_back(static_cast<uint32_t>(i));

  std::vector<int64_t> taken(members.size());
  std::vector<double> fraction(members.size());
  for (size_t c = 0; c < members.size(); ++c) {
    const double wanted = static_cast<double>(members[c].size()) * share;
    taken[c] = static_cast<int64_t>(std::floor(wanted));
    fraction[c] = wanted - std::floor(wanted);
  }
  std::vector<size_t> order(members.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return fraction[a] > fraction[b]; });
  int64_t missing = std::llround(static_cast<double>(labels.size()) * share) -
                    std::accumulate(taken.begin(), taken.end(), int64_t{0});
  for (size_t c : order) {
    if (missing <= 0) break;
    if (fraction[c] == 0 || taken[c] + 1 >= static_cast<int64_t>(members[c].size())) continue;
    ++taken[c];
    --missing;
  }

  std::vector<bool> validates(labels.size());
  for (size_t c = 0; c < members.size(); ++c) {
    const auto shuffled = permutation(static_cast<uint32_t>(members[c].size()), seed, purpose::kSplit, c);
    for (int64_t i = 0; i < taken[c]; ++i) validates[members[c][shuffled[static_cast<size_t>(i)]]] = true;
  }
  Cut cut;
  for (size_t i = 0; i < labels.size(); ++i)
    (validates[i] ? cut.validation : cut.train).push_back(static_cast<uint32_t>(i));
  return cut;
}

Cut cut_tail(int64_t n, int64_t validating) {
  Cut cut;
  for (int64_t i = 0; i < n; ++i)
    (i < n - validating ? cut.train : cut.validation).push_back(static_cast<uint32_t>(i));
  return cut;
}

}  // namespace fovea
