#include "fovea/report/metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace fovea {
namespace {

// NaN sorts below every number: it never is the answer while there is one.
bool above(float a, float b) { return std::isnan(b) ? !std::isnan(a) : a > b; }

bool in_top_k(std::span<const float> row, int32_t label, int64_t k) {
  const float own = row[static_cast<size_t>(label)];
  int64_t larger = 0;
  for (const float score : row) {
    if (!std::isfinite(score)) return false;
    larger += score > own;
  }
  return larger < k;
}

}  // namespace

std::vector<int32_t> predicted_classes(std::span<const float> table, int64_t classes) {
  assert(classes > 0 && table.size() % static_cast<size_t>(classes) == 0 && "a table of whole rows");
  const auto width = static_cast<size_t>(classes);
  std::vector<int32_t> predicted;
  predicted.reserve(table.size() / width);
  for (size_t begin = 0; begin < table.size(); begin += width) {
    const auto row = table.subspan(begin, width);
    int32_t best = 0;
    for (size_t i = 1; i < width; ++i)
      if (above(row[i], row[static_cast<size_t>(best)])) best = static_cast<int32_t>(i);
    predicted.push_back(best);
  }
  return predicted;
}

std::vector<int32_t> top_classes(std::span<const float> row, int64_t k) {
  std::vector<int32_t> order(row.size());
  std::iota(order.begin(), order.end(), 0);
  const auto better = [&](int32_t a, int32_t b) {
    const float x = row[static_cast<size_t>(a)], y = row[static_cast<size_t>(b)];
    return above(x, y) || (!above(y, x) && a < b);
  };
  const auto kept = std::clamp<int64_t>(k, 0, static_cast<int64_t>(row.size()));
  std::partial_sort(order.begin(), order.begin() + kept, order.end(), better);
  order.resize(static_cast<size_t>(kept));
  return order;
}

double accuracy(std::span<const int32_t> predicted, std::span<const int32_t> labels) {
  assert(predicted.size() == labels.size() && "as many predictions as labels");
  if (labels.empty()) return 0;
  size_t right = 0;
  for (size_t i = 0; i < labels.size(); ++i) right += predicted[i] == labels[i];
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

double negative_log_likelihood(std::span<const float> table, int64_t classes, std::span<const int32_t> labels) {
  assert(classes > 0 && table.size() == labels.size() * static_cast<size_t>(classes) && "a row for each label");
  constexpr double kLeast = 1e-7;
  double sum = 0;
  for (size_t i = 0; i < labels.size(); ++i)
    sum -= std::log(std::clamp(static_cast<double>(table[i * static_cast<size_t>(classes) + static_cast<size_t>(labels[i])]), kLeast, 1.0));
  return sum / static_cast<double>(std::max<size_t>(labels.size(), 1));
}

double top_k_accuracy(std::span<const float> table, int64_t classes, std::span<const int32_t> labels, int64_t k) {
  assert(classes > 0 && table.size() == labels.size() * static_cast<size_t>(classes) && "a row for each label");
  if (labels.empty()) return 0;
  size_t right = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    assert(labels[i] >= 0 && labels[i] < classes && "a label is the index of a class");
    right += in_top_k(table.subspan(i * static_cast<size_t>(classes), static_cast<size_t>(classes)), labels[i], k);
  }
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace fovea
