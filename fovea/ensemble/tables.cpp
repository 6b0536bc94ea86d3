#include "fovea/ensemble/tables.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fovea/base/error.h"
#include "fovea/base/names.h"

namespace fovea::ensemble {
namespace {

constexpr double kLeast = 1e-7;  // of a probability whose logarithm is taken (Keras's epsilon)

double log_of(float p) { return std::log(std::clamp(static_cast<double>(p), kLeast, 1.0)); }

int32_t best_of(const float* row, int64_t classes) { return static_cast<int32_t>(std::max_element(row, row + classes) - row); }

std::vector<double> equal(size_t count) { return std::vector<double>(count, 1 / static_cast<double>(count)); }

// A row of logarithms as probabilities.
void softmax(const std::vector<double>& logs, float* row) {
  const double largest = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double x : logs) sum += std::exp(x - largest);
  for (size_t c = 0; c < logs.size(); ++c) row[c] = static_cast<float>(std::exp(logs[c] - largest) / sum);
}

// Calls f(row's place, …) for every picture.
template <class F>
void for_rows(size_t numbers, int64_t classes, F&& f) {
  for (size_t row = 0; row < numbers; row += static_cast<size_t>(classes)) f(row);
}

}  // namespace

const std::vector<std::string>& combination_names() {
  static const std::vector<std::string> names = {"mean", "geometric", "majority"};
  return names;
}
std::string to_string(Combination combination) { return combination_names()[static_cast<size_t>(combination)]; }
Combination combination_of(const std::string& name, const std::string& where) {
  const auto& names = combination_names();
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end())
    throw usage_error(where, "cannot be (got \"{}\", expected mean, geometric or majority){}", name, did_you_mean(name, names));
  return static_cast<Combination>(at - names.begin());
}

Table combined(const std::vector<Table>& members, int64_t classes, Combination combination, const std::vector<double>& given) {
  const std::vector<double> weights = given.empty() ? equal(members.size()) : given;
  const auto width = static_cast<size_t>(classes);
  Table table(members[0].size());
  std::vector<double> row(width), means(width);
  for_rows(table.size(), classes, [&](size_t at) {
    std::fill(row.begin(), row.end(), 0.0);
    std::fill(means.begin(), means.end(), 0.0);
    for (size_t m = 0; m < members.size(); ++m) {
      const float* own = members[m].data() + at;
      if (combination == Combination::majority) row[static_cast<size_t>(best_of(own, classes))] += weights[m];
      for (size_t c = 0; c < width; ++c) {
        means[c] += weights[m] * static_cast<double>(own[c]);
        if (combination == Combination::geometric) row[c] += weights[m] * log_of(own[c]);
      }
    }
    if (combination == Combination::geometric) return softmax(row, table.data() + at);
    // A vote more outweighs any mean: what is added is below what two shares differ by.
    for (size_t c = 0; c < width; ++c)
      table[at + c] = static_cast<float>(combination == Combination::mean ? means[c] : row[c] * (1 - 1e-4) + means[c] * 1e-4);
  });
  return table;
}

std::vector<double> fitted_weights(const std::vector<Table>& members, int64_t classes, std::span<const int32_t> labels) {
  constexpr int kSteps = 2000;
  constexpr double kStill = 1e-7;  // of a weight, from step to step
  std::vector<double> weights = equal(members.size()), next(members.size());
  const auto said = [&](size_t m, size_t i) {
    return std::max(static_cast<double>(members[m][i * static_cast<size_t>(classes) + static_cast<size_t>(labels[i])]), kLeast);
  };
  for (int step = 0; step < kSteps; ++step) {
    std::fill(next.begin(), next.end(), 0.0);
    for (size_t i = 0; i < labels.size(); ++i) {
      double whole = 0;
      for (size_t m = 0; m < members.size(); ++m) whole += weights[m] * said(m, i);
      for (size_t m = 0; m < members.size(); ++m) next[m] += weights[m] * said(m, i) / whole;
    }
    double moved = 0;
    for (size_t m = 0; m < members.size(); ++m) {
      next[m] /= static_cast<double>(labels.size());
      moved = std::max(moved, std::abs(next[m] - weights[m]));
    }
    weights.swap(next);
    if (moved < kStill) break;
  }
  return weights;
}

std::vector<double> selected_weights(const std::vector<Table>& members, int64_t classes, std::span<const int32_t> labels, int rounds) {
  std::vector<int> counts(members.size());
  struct Score {
    double accuracy = -1, likelihood = 0;
    bool operator>(const Score& other) const {
      return accuracy != other.accuracy ? accuracy > other.accuracy : likelihood > other.likelihood + 1e-9;
    }
  } best;
  for (int round = 0; round < rounds; ++round) {
    int chosen = -1;
    for (size_t m = 0; m < members.size(); ++m) {
      ++counts[m];
      std::vector<double> weights;
      for (const int count : counts) weights.push_back(static_cast<double>(count) / (round + 1));
      const Table table = combined(members, classes, Combination::mean, weights);
      const Score score = {accuracy(predicted_classes(table, classes), labels), -negative_log_likelihood(table, classes, labels)};
      if (score > best) best = score, chosen = static_cast<int>(m);
      --counts[m];
    }
    if (chosen < 0) break;
    ++counts[static_cast<size_t>(chosen)];
  }
  const double total = std::accumulate(counts.begin(), counts.end(), 0);
  std::vector<double> weights;
  for (const int count : counts) weights.push_back(count / total);
  return weights;
}

Table tempered(const Table& table, int64_t classes, double temperature) {
  Table result(table.size());
  std::vector<double> logs(static_cast<size_t>(classes));
  for_rows(table.size(), classes, [&](size_t at) {
    for (size_t c = 0; c < logs.size(); ++c) logs[c] = log_of(table[at + c]) / temperature;
    softmax(logs, result.data() + at);
  });
  return result;
}

// The likelihood has one peak in 1/T; its place is found on a logarithmic scale by golden sections.
double fitted_temperature(const Table& table, int64_t classes, std::span<const int32_t> labels) {
  const auto loss = [&](double logarithm) { return negative_log_likelihood(tempered(table, classes, std::exp(logarithm)), classes, labels); };
  constexpr double kGolden = 0.6180339887498949;
  double low = std::log(0.05), high = std::log(20.0);
  double a = high - kGolden * (high - low), b = low + kGolden * (high - low), at_a = loss(a), at_b = loss(b);
  while (high - low > 1e-5) {
    if (at_a < at_b) {
      high = b, b = a, at_b = at_a;
      a = high - kGolden * (high - low), at_a = loss(a);
    } else {
      low = a, a = b, at_a = at_b;
      b = low + kGolden * (high - low), at_b = loss(b);
    }
  }
  return std::exp((low + high) / 2);
}

Diversity diversity(const std::vector<Table>& members, int64_t classes, std::span<const int32_t> labels) {
  const auto pictures = static_cast<double>(std::max<size_t>(labels.size(), 1));
  Diversity result;
  result.disagreement.assign(members.size(), std::vector<double>(members.size()));
  std::vector<std::vector<int32_t>> said;
  for (const Table& member : members) said.push_back(predicted_classes(member, classes));
  for (size_t i = 0; i < labels.size(); ++i) {
    bool right = false;
    for (size_t m = 0; m < members.size(); ++m) right = right || said[m][i] == labels[i];
    result.oracle_accuracy += right ? 1 / pictures : 0;
    for (size_t a = 0; a < members.size(); ++a)
      for (size_t b = 0; b < members.size(); ++b) result.disagreement[a][b] += said[a][i] != said[b][i] ? 1 / pictures : 0;
  }
  double sum = 0;
  for (size_t a = 0; a < members.size(); ++a)
    for (size_t b = 0; b < a; ++b) sum += result.disagreement[a][b];
  const auto pairs = static_cast<double>(members.size() * (members.size() - 1) / 2);
  result.mean_disagreement = pairs > 0 ? sum / pairs : 0;
  return result;
}

}  // namespace fovea::ensemble
