// Cross-entropy row by row; sums over the classes run in double, in order.
#include "fovea/kernels/loss.h"

#include <algorithm>
#include <cmath>

#include "fovea/kernels/clip.h"
#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

// One row of the problem; `diff` and `probabilities` may be null.
struct Row {
  const CrossEntropyProblem& problem;
  const float* src;
  const float* targets;
  float* probabilities;
  float* diff;
  double scale;  // of the gradient: weight / batch

  size_t classes() const { return static_cast<size_t>(problem.classes); }
  double target(size_t i) const {
    if (problem.label_smoothing == 0) return targets[i];
    const double smoothing = problem.label_smoothing;
    return targets[i] * (1 - smoothing) + smoothing / static_cast<double>(problem.classes);
  }
};

// Loss and gradient are TensorFlow's: the gradient has no Σt, so it is the derivative only where the targets sum to 1.
double from_logits(const Row& row) {
  float max = row.src[0];
  for (size_t i = 1; i < row.classes(); ++i) max = std::max(max, row.src[i]);
  double sum = 0, target_sum = 0, dot = 0;
  for (size_t i = 0; i < row.classes(); ++i) {
    const float z = row.src[i] - max;
    const double t = row.target(i);
    sum += std::exp(z);
    target_sum += t;
    if (t != 0) dot += t * z;  // a class that cannot be may have a logit of -inf
  }
  for (size_t i = 0; i < row.classes(); ++i) {
    const double softmax = std::exp(row.src[i] - max) / sum, t = row.target(i);
    if (row.probabilities != nullptr) row.probabilities[i] = static_cast<float>(softmax);
    if (row.diff != nullptr) row.diff[i] = static_cast<float>((softmax - t) * row.scale);
  }
  return std::log(sum) * target_sum - dot;
}

// q = p / Σp, clipped; loss -Σ t ln q. Where the clip is active q has no gradient; Σp always has.
double from_probabilities(const Row& row) {
  double sum = 0, loss = 0, dot = 0;
  for (size_t i = 0; i < row.classes(); ++i) sum += row.src[i];
  const auto normalised = [&](size_t i) { return static_cast<float>(row.src[i] / sum); };
  const auto diff_normalised = [&](size_t i) {
    const float q = normalised(i);
    return is_clipped(q) ? 0.0 : -row.target(i) / q;
  };
  for (size_t i = 0; i < row.classes(); ++i) {
    const double t = row.target(i);
    if (t != 0) loss -= t * std::log(static_cast<double>(clip(normalised(i))));
    dot += diff_normalised(i) * normalised(i);
  }
  if (row.diff != nullptr)
    for (size_t i = 0; i < row.classes(); ++i)
      row.diff[i] = static_cast<float>((diff_normalised(i) - dot) / sum * row.scale);
  return loss;
}

// q = p clipped; the fused loss on ln q, so q is renormalised after the clip.
double from_probabilities_sparse(const Row& row) {
  double sum = 0, target_sum = 0, dot = 0;
  for (size_t i = 0; i < row.classes(); ++i) {
    const double q = clip(row.src[i]), t = row.target(i);
    sum += q;
    target_sum += t;
    if (t != 0) dot += t * std::log(q);
  }
  if (row.diff != nullptr)
    for (size_t i = 0; i < row.classes(); ++i) {
      const double q = row.src[i];
      const double diff_log = q / sum * target_sum - row.target(i);
      row.diff[i] = is_clipped(row.src[i]) ? 0.0f : static_cast<float>(diff_log / q * row.scale);
    }
  return std::log(sum) * target_sum - dot;
}

void run(const CrossEntropyProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
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
    const double loss = p.from_logits   ? from_logits(row)
                        : p.sparse_rule ? from_probabilities_sparse(row)
                                        : from_probabilities(row);
    losses[r] = static_cast<float>(loss * weight);
  }
}

}  // namespace

KernelPtr cross_entropy(const CrossEntropyProblem& problem) {
  assert(problem.classes > 0 && problem.batch > 0 && "classes and a batch");
  return make_loop_kernel(problem, Loop<CrossEntropyProblem>{run}, 7);
}

}  // namespace fovea::kernels
