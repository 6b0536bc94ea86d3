// Losses row by row, in double.
#include "fovea/kernels/losses.h"

#include <algorithm>
#include <cmath>

#include "fovea/kernels/clip.h"
#include "fovea/kernels/loop_kernel.h"
#include "fovea/kernels/loss.h"

namespace fovea::kernels {
namespace {

// One row of the problem; `diff` and `probabilities` may be null.
struct Row {
  const LossProblem& problem;
  const float* src;
  const float* targets;
  float* probabilities;
  float* diff;
  double scale;  // of the gradient: weight / batch

  const LossRule& rule() const { return problem.rule; }
  size_t classes() const { return static_cast<size_t>(problem.classes); }
  // With the share of a label that smoothing spreads evenly over `ways`.
  double target(size_t i, double ways) const {
    const double smoothing = rule().label_smoothing;
    return smoothing == 0 ? targets[i] : targets[i] * (1 - smoothing) + smoothing / ways;
  }
  void set_diff(size_t i, double value) const {
    if (diff != nullptr) diff[i] = static_cast<float>(value * scale);
  }
};

// x^gamma and its derivative; at 0 the derivative of a power below 1 is taken for 0.
double power(double x, double gamma) { return gamma == 0 ? 1 : std::pow(x, gamma); }
double power_slope(double x, double gamma) {
  return gamma == 0 || (x == 0 && gamma < 1) ? 0 : gamma * std::pow(x, gamma - 1);
}

// A value and its derivative by what the row's src holds.
struct Term {
  double value = 0, diff = 0;
};

// -(t ln p + (1 - t) ln(1 - p)).
Term binary_from_logit(double z, double t) {
  return {std::max(z, 0.0) - z * t + std::log1p(std::exp(-std::abs(z))), 1 / (1 + std::exp(-z)) - t};
}
Term binary_from_probability(float p, double t) {
  const double q = clip(p);
  return {-(t * std::log(q) + (1 - t) * std::log(1 - q)), is_clipped(p) ? 0 : (1 - t) / (1 - q) - t / q};
}

double binary(const Row& row) {
  const bool focal = row.rule().kind == LossKind::binary_focal_crossentropy;
  const bool from_logits = row.problem.from_logits;
  const double n = static_cast<double>(row.classes()), gamma = row.rule().gamma, alpha = row.rule().alpha;
  double loss = 0;
  for (size_t i = 0; i < row.classes(); ++i) {
    const double t = row.target(i, 2);
    Term term = from_logits ? binary_from_logit(row.src[i], t) : binary_from_probability(row.src[i], t);
    const double p = from_logits ? 1 / (1 + std::exp(-static_cast<double>(row.src[i]))) : row.src[i];
    if (from_logits && row.probabilities != nullptr) row.probabilities[i] = static_cast<float>(p);
    if (focal) {
      const double away = 1 - (t * p + (1 - t) * (1 - p)), diff_p = from_logits ? p * (1 - p) : 1;
      const double factor = power(away, gamma), diff_factor = power_slope(away, gamma) * (1 - 2 * t) * diff_p;
      const double weight = row.rule().class_balancing ? t * alpha + (1 - t) * (1 - alpha) : 1;
      term = {weight * factor * term.value, weight * (factor * term.diff + diff_factor * term.value)};
    }
    loss += term.value / n;
    row.set_diff(i, term.diff / n);
  }
  return loss;
}

// q = p / Σp, clipped. Where the clip is active q has no gradient; Σp always has.
double categorical_focal(const Row& row) {
  const double gamma = row.rule().gamma, alpha = row.rule().alpha;
  double sum = 0, loss = 0, dot = 0;
  for (size_t i = 0; i < row.classes(); ++i) sum += row.src[i];
  const auto term = [&](size_t i) {
    const float normalised = static_cast<float>(row.src[i] / sum);
    const double q = clip(normalised), t = alpha * row.target(i, static_cast<double>(row.problem.classes));
    if (t == 0) return Term{};
    const double diff = power_slope(1 - q, gamma) * t * std::log(q) - power(1 - q, gamma) * t / q;
    return Term{-power(1 - q, gamma) * t * std::log(q), is_clipped(normalised) ? 0 : diff};
  };
  for (size_t i = 0; i < row.classes(); ++i) {
    const Term at = term(i);
    loss += at.value;
    dot += at.diff * row.src[i] / sum;
  }
  if (row.diff != nullptr)
    for (size_t i = 0; i < row.classes(); ++i) row.set_diff(i, (term(i).diff - dot) / sum);
  return std::isnan(sum) ? sum : loss;
}

double squared_error(const Row& row) {
  const double n = static_cast<double>(row.classes());
  double loss = 0;
  for (size_t i = 0; i < row.classes(); ++i) {
    const double error = static_cast<double>(row.src[i]) - row.targets[i];
    loss += error * error / n;
    row.set_diff(i, 2 * error / n);
  }
  return loss;
}

double absolute_error(const Row& row) {
  const double n = static_cast<double>(row.classes());
  double loss = 0;
  for (size_t i = 0; i < row.classes(); ++i) {
    const double error = static_cast<double>(row.src[i]) - row.targets[i];
    loss += std::abs(error) / n;
    row.set_diff(i, (error > 0 ? 1 : error < 0 ? -1 : 0) / n);
  }
  return loss;
}

using RowLoss = double (*)(const Row&);

template <RowLoss row_loss>
void run(const LossProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* weights = arguments.in(2);
  float* losses = arguments.out(4);
  for (int64_t r = 0; r < p.rows; ++r) {
    const int64_t at = r * p.classes;
    const double weight = weights != nullptr ? weights[r] : 1.0;
    const Row row{.problem = p,
                  .src = arguments.in(0) + at,
                  .targets = arguments.in(1) + at,
                  .probabilities = arguments.in(3) != nullptr ? arguments.out(3) + at : nullptr,
                  .diff = arguments.in(5) != nullptr ? arguments.out(5) + at : nullptr,
                  .scale = weight / static_cast<double>(p.batch)};
    if (!p.from_logits && row.probabilities != nullptr && row.probabilities != row.src)
      std::copy(row.src, row.src + p.classes, row.probabilities);
    losses[r] = static_cast<float>(row_loss(row) * weight);
  }
}

}  // namespace

FusedActivation fused_activation(LossKind kind) {
  switch (kind) {
    case LossKind::categorical_crossentropy:
    case LossKind::sparse_categorical_crossentropy: return FusedActivation::softmax;
    case LossKind::binary_crossentropy:
    case LossKind::binary_focal_crossentropy: return FusedActivation::sigmoid;
    case LossKind::categorical_focal_crossentropy:
    case LossKind::mean_squared_error:
    case LossKind::mean_absolute_error: break;
  }
  return FusedActivation::none;
}

bool smooths_labels(LossKind kind) {
  return kind != LossKind::mean_squared_error && kind != LossKind::mean_absolute_error;
}

LossKind usual_loss(int64_t outputs) {
  return outputs == 1 ? LossKind::binary_crossentropy : LossKind::categorical_crossentropy;
}

KernelPtr loss(const LossProblem& problem) {
  assert(problem.classes > 0 && problem.batch > 0 && "classes and a batch");
  assert((!problem.from_logits || fused_activation(problem.rule.kind) != FusedActivation::none) &&
         "logits of an activation that the loss knows");
  const auto by_row = [&](LoopFunction<LossProblem> function) {
    return make_loop_kernel(problem, Loop<LossProblem>{function}, 7);
  };
  switch (problem.rule.kind) {
    case LossKind::categorical_crossentropy:
    case LossKind::sparse_categorical_crossentropy: break;
    case LossKind::binary_crossentropy:
    case LossKind::binary_focal_crossentropy: return by_row(run<binary>);
    case LossKind::categorical_focal_crossentropy: return by_row(run<categorical_focal>);
    case LossKind::mean_squared_error: return by_row(run<squared_error>);
    case LossKind::mean_absolute_error: return by_row(run<absolute_error>);
  }
  return cross_entropy({.rows = problem.rows,
                        .classes = problem.classes,
                        .batch = problem.batch,
                        .from_logits = problem.from_logits,
                        .sparse_rule = problem.rule.kind == LossKind::sparse_categorical_crossentropy,
                        .label_smoothing = problem.rule.label_smoothing});
}

}  // namespace fovea::kernels
