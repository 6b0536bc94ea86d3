// The losses of losses.h by the book, one row of probabilities (or of logits where a sigmoid is fused): what the loops
// must agree with. Gradients are left to differences of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "fovea/kernels/losses.h"

namespace fovea::kernels {

template <class T>
T binary_crossentropy_ref(const LossProblem& p, const std::vector<T>& row, const std::vector<T>& targets) {
  const LossRule& rule = p.rule;
  T loss = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    const T t = targets[i] * (1 - rule.label_smoothing) + rule.label_smoothing / 2;
    const T q = p.from_logits ? 1 / (1 + std::exp(-row[i])) : row[i];
    const T clipped = p.from_logits ? q : std::min(std::max(q, T(1e-7f)), T(1.0f - 1e-7f));
    T term = -(t * std::log(clipped) + (1 - t) * std::log(1 - clipped));
    if (rule.kind == LossKind::binary_focal_crossentropy) {
      term *= std::pow(1 - (t * q + (1 - t) * (1 - q)), T(rule.gamma));
      if (rule.class_balancing) term *= t * rule.alpha + (1 - t) * (1 - rule.alpha);
    }
    loss += term;
  }
  return loss / static_cast<T>(row.size());
}

template <class T>
T categorical_focal_crossentropy_ref(const LossProblem& p, const std::vector<T>& row, const std::vector<T>& targets) {
  const LossRule& rule = p.rule;
  T sum = 0, loss = 0;
  for (const T q : row) sum += q;
  for (size_t i = 0; i < row.size(); ++i) {
    const T t = targets[i] * (1 - rule.label_smoothing) + rule.label_smoothing / static_cast<T>(row.size());
    const T q = std::min(std::max(row[i] / sum, T(1e-7f)), T(1.0f - 1e-7f));
    loss -= rule.alpha * std::pow(1 - q, T(rule.gamma)) * t * std::log(q);
  }
  return loss;
}

template <class T>
T mean_error_ref(const LossProblem& p, const std::vector<T>& row, const std::vector<T>& targets) {
  T loss = 0;
  for (size_t i = 0; i < row.size(); ++i) {
    const T error = std::abs(row[i] - targets[i]);
    loss += p.rule.kind == LossKind::mean_squared_error ? error * error : error;
  }
  return loss / static_cast<T>(row.size());
}

template <class T>
T loss_ref(const LossProblem& p, const std::vector<T>& row, const std::vector<T>& targets) {
  switch (p.rule.kind) {
    case LossKind::binary_crossentropy:
    case LossKind::binary_focal_crossentropy: return binary_crossentropy_ref(p, row, targets);
    case LossKind::categorical_focal_crossentropy: return categorical_focal_crossentropy_ref(p, row, targets);
    default: return mean_error_ref(p, row, targets);
  }
}

}  // namespace fovea::kernels
