// Cross-entropy by the book, one row: what the fast loops must agree with. Gradients are left to differences of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "fovea/kernels/loss.h"

namespace fovea::kernels {

template <class T>
T cross_entropy_ref(const CrossEntropyProblem& p, std::vector<T> row, std::vector<T> targets) {
  const T lowest = T(1e-7f), highest = T(1.0f - 1e-7f);
  const auto clip = [&](T q) { return std::min(std::max(q, lowest), highest); };
  const T classes = static_cast<T>(row.size());
  for (T& t : targets) t = t * (1 - p.label_smoothing) + p.label_smoothing / classes;
  if (!p.from_logits && !p.sparse_rule) {
    T sum = 0, loss = 0;
    for (const T q : row) sum += q;
    for (size_t i = 0; i < row.size(); ++i) loss -= targets[i] * std::log(clip(row[i] / sum));
    return loss;
  }
  if (!p.from_logits)
    for (T& q : row) q = std::log(clip(q));
  const T max = *std::max_element(row.begin(), row.end());
  T sum = 0, loss = 0;
  for (const T z : row) sum += std::exp(z - max);
  for (size_t i = 0; i < row.size(); ++i) loss += targets[i] * (std::log(sum) + max - row[i]);
  return loss;
}

}  // namespace fovea::kernels
