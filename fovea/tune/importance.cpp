#include "fovea/tune/importance.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "fovea/base/random.h"
#include "fovea/tune/sampling.h"

namespace fovea::tune {
namespace {

constexpr size_t kFewest = 4, kSmallestLeaf = 2;
constexpr double kAbsent = -1;  // coordinate of a parameter that is not there

using Rows = std::vector<std::vector<double>>;  // by trial, by parameter

struct Node {
  int feature = -1;  // a leaf has none
  double threshold = 0, value = 0;
  std::unique_ptr<Node> low, high;
};

double mean_of(const std::vector<double>& scores, const std::vector<size_t>& some) {
  double sum = 0;
  for (const size_t i : some) sum += scores[i];
  return some.empty() ? 0 : sum / static_cast<double>(some.size());
}

// Splits where the squared deviations become smallest; unordered choices too are split by their order.
std::unique_ptr<Node> grow(const Rows& rows, const std::vector<double>& scores, std::vector<size_t> some, RandomStream& random) {
  auto node = std::make_unique<Node>();
  node->value = mean_of(scores, some);
  if (some.size() < 2 * kSmallestLeaf) return node;
  const size_t features = rows[0].size(), tried = std::max<size_t>((features + 1) / 2, 1);
  std::vector<size_t> order(features);
  for (size_t f = 0; f < features; ++f) order[f] = f;
  for (size_t f = 0; f + 1 < features; ++f) std::swap(order[f], order[f + random.below(features - f)]);
  double best = 0;
  for (size_t t = 0; t < tried; ++t) {
    const size_t f = order[t];
    std::sort(some.begin(), some.end(), [&](size_t a, size_t b) { return rows[a][f] < rows[b][f] || (rows[a][f] == rows[b][f] && a < b); });
    double sum = 0, all = 0;
    for (const size_t i : some) all += scores[i];
    const auto n = static_cast<double>(some.size());
    for (size_t i = 0; i + 1 < some.size(); ++i) {
      sum += scores[some[i]];
      const auto left = static_cast<double>(i + 1);
      if (i + 1 < kSmallestLeaf || some.size() - i - 1 < kSmallestLeaf || rows[some[i]][f] == rows[some[i + 1]][f]) continue;
      // What the split takes off the sum of squares.
      const double gain = sum * sum / left + (all - sum) * (all - sum) / (n - left) - all * all / n;
      if (gain <= best + 1e-15) continue;
      best = gain;
      node->feature = static_cast<int>(f);
      node->threshold = (rows[some[i]][f] + rows[some[i + 1]][f]) / 2;
    }
  }
  if (node->feature < 0) return node;
  std::vector<size_t> low, high;
  for (const size_t i : some) (rows[i][static_cast<size_t>(node->feature)] < node->threshold ? low : high).push_back(i);
  node->low = grow(rows, scores, std::move(low), random);
  node->high = grow(rows, scores, std::move(high), random);
  return node;
}

double predicted(const Node& tree, const std::vector<double>& row) {
  const Node* node = &tree;
  while (node->feature >= 0) node = row[static_cast<size_t>(node->feature)] < node->threshold ? node->low.get() : node->high.get();
  return node->value;
}

}  // namespace

std::vector<Importance> importance(const Space& space, const std::vector<ScoredValues>& trials, const ImportanceOptions& options) {
  std::vector<Importance> all;
  for (const std::string& name : space.names()) all.push_back({name, 0});
  if (trials.size() < kFewest || all.empty()) return all;
  Rows rows;
  std::vector<double> scores;
  for (const ScoredValues& trial : trials) {
    std::vector<double>& row = rows.emplace_back();
    for (const Parameter& p : space.parameters())
      row.push_back(trial.values.contains(p.name) ? share_of(p, trial.values.at(p.name)) : kAbsent);
    scores.push_back(trial.score);
  }
  const size_t n = rows.size();
  for (int t = 0; t < options.trees; ++t) {
    RandomStream random(options.seed, purpose::kSample, static_cast<uint64_t>(t));
    std::vector<size_t> drawn(n), unseen;
    std::vector<bool> seen(n, false);
    for (size_t& i : drawn) seen[i = random.below(n)] = true;
    for (size_t i = 0; i < n; ++i)
      if (!seen[i]) unseen.push_back(i);
    if (unseen.size() < 2) continue;
    const std::unique_ptr<Node> tree = grow(rows, scores, drawn, random);
    const auto squares = [&](const std::vector<size_t>* shuffled, size_t feature) {
      double sum = 0;
      for (size_t i = 0; i < unseen.size(); ++i) {
        std::vector<double> row = rows[unseen[i]];
        if (shuffled != nullptr) row[feature] = rows[(*shuffled)[i]][feature];
        sum += std::pow(predicted(*tree, row) - scores[unseen[i]], 2);
      }
      return sum / static_cast<double>(unseen.size());
    };
    const double whole = squares(nullptr, 0);
    for (size_t f = 0; f < all.size(); ++f) {
      std::vector<size_t> shuffled = unseen;
      for (size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[random.below(i)]);
      all[f].importance += squares(&shuffled, f) - whole;
    }
  }
  double sum = 0;
  for (Importance& one : all) sum += one.importance = std::max(one.importance, 0.0);
  if (sum > 0)
    for (Importance& one : all) one.importance /= sum;
  std::stable_sort(all.begin(), all.end(), [](const Importance& a, const Importance& b) { return a.importance > b.importance; });
  return all;
}

}  // namespace fovea::tune
