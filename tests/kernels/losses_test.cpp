#include "fovea/kernels/losses.h"

#include "fovea/kernels/losses_ref.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

struct Result {
  std::vector<double> losses, diff, probabilities;
};

Result run(const LossProblem& p, const std::vector<double>& src, const std::vector<double>& targets,
           const std::vector<double>& weights = {}) {
  GuardedBuffer x = floats_buffer(src), t = floats_buffer(targets), w = floats_buffer(weights);
  GuardedBuffer probabilities(src.size() * sizeof(float)), diff(src.size() * sizeof(float));
  GuardedBuffer losses(static_cast<size_t>(p.rows) * sizeof(float)), alone(losses.count() * sizeof(float));
  run_loop(loss(p), {&x, &t, weights.empty() ? nullptr : &w, &probabilities, &losses, &diff});
  run_loop(loss(p), {&x, &t, weights.empty() ? nullptr : &w, nullptr, &alone, nullptr});
  EXPECT_TRUE(same_bits(losses, alone)) << "without probabilities and gradient";
  return {values_of(losses), values_of(diff), values_of(probabilities)};
}

std::vector<double> row_of(const std::vector<double>& values, size_t row, size_t classes) {
  const auto first = values.begin() + static_cast<long>(row * classes);
  return {first, first + static_cast<long>(classes)};
}

// Losses and gradients of random rows against the reference and its differences.
void check(LossProblem p, size_t classes) {
  const size_t rows = 5;
  p.rows = rows, p.classes = static_cast<int64_t>(classes), p.batch = 8;
  std::vector<double> src = random_numbers(static_cast<int64_t>(rows * classes), 1);
  for (double& x : src) x = p.from_logits ? x * 4 : static_cast<double>(static_cast<float>(0.05 + 0.4 * (x + 1)));
  std::vector<double> targets = random_numbers(static_cast<int64_t>(rows * classes), 2);
  for (double& t : targets) t = static_cast<float>(std::abs(t));
  const std::vector<double> weights = {1, 0.5, 0, 2, 3};
  const Result result = run(p, src, targets, weights);
  for (size_t row = 0; row < rows; ++row) {
    const std::vector<double> t = row_of(targets, row, classes), x = row_of(src, row, classes);
    const auto loss = [&](const std::vector<double>& at) { return std::vector<double>{loss_ref(p, at, t)}; };
    const double expected = loss(x)[0] * weights[row];
    EXPECT_NEAR(result.losses[row], expected, 2e-6 * std::max(1.0, expected));
    expect_close(row_of(result.diff, row, classes), numeric_gradient(loss, x, {weights[row] / 8}), 1e-6, "gradient");
  }
}

TEST(Losses, AgreeWithTheReference) {
  for (const size_t classes : {size_t{1}, size_t{2}, size_t{10}, size_t{17}})
    for (const float smoothing : {0.0f, 0.125f}) {
      SCOPED_TRACE(classes);
      for (const bool from_logits : {false, true}) {
        check({.rule = {.kind = LossKind::binary_crossentropy, .label_smoothing = smoothing}, .from_logits = from_logits}, classes);
        for (const float gamma : {0.0f, 0.5f, 2.0f, 3.5f})
          for (const bool balancing : {false, true})
            check({.rule = {.kind = LossKind::binary_focal_crossentropy, .label_smoothing = smoothing, .alpha = 0.7f,
                            .gamma = gamma, .class_balancing = balancing},
                   .from_logits = from_logits},
                  classes);
      }
      if (classes > 1)  // else the clip would be active
        for (const float gamma : {0.0f, 1.0f, 2.5f})
          check({.rule = {.kind = LossKind::categorical_focal_crossentropy, .label_smoothing = smoothing, .gamma = gamma}}, classes);
    }
  for (const size_t classes : {size_t{1}, size_t{6}})
    for (const LossKind kind : {LossKind::mean_squared_error, LossKind::mean_absolute_error}) check({.rule = {.kind = kind}}, classes);
}

TEST(Losses, BinaryOfLogits) {
  const Result r = run({.rule = {.kind = LossKind::binary_crossentropy}, .rows = 3, .classes = 1, .batch = 3, .from_logits = true},
                       {0, 100, -100}, {1, 0, 0});
  expect_close(r.losses, {std::log(2.0), 100, 0}, 1e-7, "losses");
  expect_close(r.diff, {-0.5 / 3, 1.0 / 3, 0}, 1e-7, "diff");
  expect_close(r.probabilities, {0.5, 1, 0}, 1e-7, "probabilities");
}

TEST(Losses, BinaryOfProbabilitiesIsClipped) {
  const Result r = run({.rule = {.kind = LossKind::binary_crossentropy}, .rows = 2, .classes = 1}, {0, 1}, {1, 1});
  expect_close(r.losses, {16.118095, 1.1920929e-7}, 1e-6, "losses");
  EXPECT_EQ(r.diff, (std::vector<double>{0, 0}));
  EXPECT_EQ(r.probabilities, (std::vector<double>{0, 1}));
}

TEST(Losses, FocalOnesCountWhatIsSureLess) {
  LossProblem p{.rule = {.kind = LossKind::categorical_focal_crossentropy, .alpha = 1}, .rows = 1, .classes = 2};
  EXPECT_NEAR(run(p, {0.9f, 0.1f}, {1, 0}).losses[0], 0.01 * -std::log(0.9), 1e-7);
  p.rule.gamma = 0;
  EXPECT_NEAR(run(p, {0.9f, 0.1f}, {1, 0}).losses[0], -std::log(0.9), 1e-7);
}

TEST(Losses, OfErrorsAreMeansOverOutputs) {
  LossProblem p{.rule = {.kind = LossKind::mean_squared_error}, .rows = 1, .classes = 2, .batch = 2};
  Result r = run(p, {3, 1}, {1, 1});
  EXPECT_EQ(r.losses[0], 2);
  EXPECT_EQ(r.diff, (std::vector<double>{1, 0}));
  p.rule.kind = LossKind::mean_absolute_error;
  r = run(p, {3, 1}, {1, 1});
  EXPECT_EQ(r.losses[0], 1);
  EXPECT_EQ(r.diff, (std::vector<double>{0.25, 0}));
}

TEST(Losses, PassANaNOn) {
  for (const LossKind kind : {LossKind::binary_crossentropy, LossKind::binary_focal_crossentropy,
                              LossKind::categorical_focal_crossentropy, LossKind::mean_squared_error})
    EXPECT_TRUE(std::isnan(run({.rule = {.kind = kind}, .rows = 1, .classes = 2}, {0.5, NAN}, {1, 0}).losses[0]));
}

TEST(LossesDeathTest, RefuseLogitsOfAnActivationTheyDoNotKnow) {
  EXPECT_DEATH(loss({.rule = {.kind = LossKind::mean_squared_error}, .from_logits = true}), "logits of an activation");
}

}  // namespace
}  // namespace fovea::kernels
