#include "fovea/kernels/dense.h"

#include <gtest/gtest.h>

#include "fovea/kernels/conv.h"
#include "fovea/kernels/dense_ref.h"
#include "tests/harness/problems.h"
#include "tests/kernels/buffers.h"

namespace fovea::kernels {
namespace {

using Numbers = std::vector<double>;

struct Truth {
  explicit Truth(const DenseProblem& p)
      : src(random_numbers(p.n * p.in, 1)),
        weights(random_numbers(p.in * p.out, 2)),
        bias(random_numbers(p.out, 3)),
        diff_dst(random_numbers(p.n * p.out, 4)) {}

  Numbers forward(const DenseProblem& p, bool with_bias, bool relu) const {
    Numbers dst(diff_dst.size());
    dense_forward_ref<double>(p, src.data(), weights.data(), with_bias ? bias.data() : nullptr, relu, dst.data());
    return dst;
  }
  Numbers backward_data(const DenseProblem& p) const {
    Numbers diff_src(src.size());
    dense_backward_data_ref<double>(p, diff_dst.data(), weights.data(), diff_src.data());
    return diff_src;
  }
  std::pair<Numbers, Numbers> backward_weights(const DenseProblem& p) const {
    Numbers diff_weights(weights.size()), diff_bias(bias.size());
    dense_backward_weights_ref<double>(p, src.data(), diff_dst.data(), diff_weights.data(), diff_bias.data());
    return {diff_weights, diff_bias};
  }

  Numbers src, weights, bias, diff_dst;
};

void check_forward(const DenseProblem& p, const Truth& truth, const DenseForwardOptions& options,
                   const std::string& what) {
  const DenseForward dense = dense_forward(p, options);
  GuardedBuffer src = plain_buffer(truth.src), weights = weights_buffer(truth.weights, dense.weights);
  GuardedBuffer bias = plain_buffer(truth.bias), dst(truth.diff_dst.size() * sizeof(float));
  run_kernel(*dense.kernel, {&src, &weights, options.bias ? &bias : nullptr, &dst}, {&dst});
  expect_near(all_of(dst), truth.forward(p, options.bias, options.relu), p.in,
              what + " forward " + dense.kernel->implementation() + " " + dense.weights.name());
}

void check_backward_data(const DenseProblem& p, const Truth& truth, std::optional<WeightsLayout> layout,
                         const std::string& what) {
  const DenseBackwardData dense = dense_backward_data(p, layout);
  GuardedBuffer diff_dst = plain_buffer(truth.diff_dst), weights = weights_buffer(truth.weights, dense.weights);
  GuardedBuffer diff_src(truth.src.size() * sizeof(float));
  run_kernel(*dense.kernel, {&diff_dst, &weights, &diff_src}, {&diff_src});
  expect_near(all_of(diff_src), truth.backward_data(p), p.out,
              what + " backward data " + dense.kernel->implementation() + " " + dense.weights.name());
}

void check_backward_weights(const DenseProblem& p, const Truth& truth, bool bias, std::optional<WeightsLayout> layout,
                            const std::string& what) {
  const DenseBackwardWeights dense = dense_backward_weights(p, bias, layout);
  GuardedBuffer src = plain_buffer(truth.src), diff_dst = plain_buffer(truth.diff_dst);
  GuardedBuffer diff_weights(dense.diff_weights.bytes()), diff_bias(truth.bias.size() * sizeof(float));
  std::vector<GuardedBuffer*> written = {&diff_weights};
  if (bias) written.push_back(&diff_bias);
  run_kernel(*dense.kernel, {&src, &diff_dst, &diff_weights, bias ? &diff_bias : nullptr}, written);
  const auto [expected_weights, expected_bias] = truth.backward_weights(p);
  const std::string name =
      what + " backward weights " + dense.kernel->implementation() + " " + dense.diff_weights.name();
  expect_near(read_weights(dense.diff_weights, diff_weights), expected_weights, p.n, name);
  if (bias) expect_near(all_of(diff_bias), expected_bias, p.n, name + " bias");
}

TEST(Dense, GivesWhatAPersonComputes) {
  // (1 2 3) · ((1 10) (2 20) (3 30)) + (0.5 -200), then max(0, ·).
  const DenseForward dense = dense_forward({.n = 1, .in = 3, .out = 2}, {.relu = true});
  GuardedBuffer src = plain_buffer({1, 2, 3}), bias = plain_buffer({0.5, -200});
  GuardedBuffer weights = weights_buffer({1, 10, 2, 20, 3, 30}, dense.weights), dst(2 * sizeof(float));
  run_kernel(*dense.kernel, {&src, &weights, &bias, &dst}, {&dst});
  EXPECT_EQ(all_of(dst), (Numbers{14.5, 0}));
}

TEST(Dense, AgreesWithTheReference) {
  for (const Problem& problem : problems("dense")) {
    const DenseProblem p = dense_problem(problem);
    const Truth truth(p);
    const WeightsLayout plain = WeightsLayout::plain({p.in, p.out}), picked = dense_forward(p).weights;
    for (bool bias : {true, false})
      for (bool relu : {true, false})
        check_forward(p, truth, {.bias = bias, .relu = relu, .training = bias}, problem.line);
    check_forward(p, truth, {.weights = plain}, problem.line);
    for (const std::optional<WeightsLayout>& layout : {std::optional<WeightsLayout>{}, {plain}, {picked}}) {
      check_backward_data(p, truth, layout, problem.line);
      for (bool bias : {true, false}) check_backward_weights(p, truth, bias, layout, problem.line);
    }
  }
}

TEST(Dense, NeverPicksASlowReferenceForTheSharedProblems) {
  for (const Problem& problem : problems("dense")) {
    const DenseProblem p = dense_problem(problem);
    EXPECT_FALSE(dense_forward(p).kernel->implementation().starts_with("ref")) << problem.line;
    EXPECT_FALSE(dense_backward_data(p).kernel->implementation().starts_with("ref")) << problem.line;
    EXPECT_FALSE(dense_backward_weights(p, true).kernel->implementation().starts_with("ref")) << problem.line;
  }
}

}  // namespace
}  // namespace fovea::kernels
