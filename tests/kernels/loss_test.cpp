#include "fovea/kernels/loss.h"

#include "fovea/kernels/loss_ref.h"
#include "tests/kernels/loops.h"

namespace fovea::kernels {
namespace {

struct Result {
  std::vector<double> losses, diff, probabilities;
};

Result run(const CrossEntropyProblem& p, const std::vector<double>& src, const std::vector<double>& targets,
           const std::vector<double>& weights = {}) {
  GuardedBuffer x = floats_buffer(src), t = floats_buffer(targets), w = floats_buffer(weights);
  GuardedBuffer probabilities(src.size() * sizeof(float)), diff(src.size() * sizeof(float));
  GuardedBuffer losses(static_cast<size_t>(p.rows) * sizeof(float)), alone(losses.count() * sizeof(float));
  run_loop(cross_entropy(p), {&x, &t, weights.empty() ? nullptr : &w, &probabilities, &losses, &diff});
  run_loop(cross_entropy(p), {&x, &t, weights.empty() ? nullptr : &w, nullptr, &alone, nullptr});
  EXPECT_TRUE(same_bits(losses, alone)) << "without probabilities and gradient";
  return {values_of(losses), values_of(diff), values_of(probabilities)};
}

std::vector<double> one_hot(const std::vector<size_t>& labels, size_t classes) {
  std::vector<double> targets(labels.size() * classes);
  for (size_t row = 0; row < labels.size(); ++row) targets[row * classes + labels[row]] = 1;
  return targets;
}

std::vector<double> row_of(const std::vector<double>& values, size_t row, size_t classes) {
  const auto first = values.begin() + static_cast<long>(row * classes);
  return {first, first + static_cast<long>(classes)};
}

// Losses and gradients of random rows against the reference and its differences.
void check(CrossEntropyProblem p, size_t classes, bool soft) {
  const size_t rows = 5;
  p.rows = 5, p.classes = static_cast<int64_t>(classes), p.batch = 8;
  std::vector<double> src = random_numbers(static_cast<int64_t>(rows * classes), 1);
  for (double& x : src) x = p.from_logits ? x * 4 : static_cast<double>(static_cast<float>(0.05 + 0.4 * (x + 1)));
  std::vector<double> targets = one_hot({0, classes - 1, classes / 2, 0, classes - 1}, classes);
  if (soft) targets = random_numbers(static_cast<int64_t>(rows * classes), 2);
  // Their sum stays near 1: differences of large losses are too coarse. From logits it is 1: else the gradient is no derivative.
  for (size_t row = 0; soft && row < rows; ++row) {
    double sum = 0;
    for (const double t : row_of(targets, row, classes)) sum += std::abs(t);
    const double divisor = p.from_logits ? sum : static_cast<double>(classes);
    for (size_t i = row * classes; i < (row + 1) * classes; ++i) targets[i] = static_cast<float>(std::abs(targets[i]) / divisor);
  }
  const std::vector<double> weights = {1, 0.5, 0, 2, 3};
  const Result result = run(p, src, targets, weights);
  for (size_t row = 0; row < rows; ++row) {
    const std::vector<double> t = row_of(targets, row, classes);
    const auto loss = [&](const std::vector<double>& x) { return std::vector<double>{cross_entropy_ref(p, x, t)}; };
    const std::vector<double> x = row_of(src, row, classes);
    const double expected = loss(x)[0] * weights[row];
    EXPECT_NEAR(result.losses[row], expected, 2e-6 * std::max(1.0, expected));
    expect_close(row_of(result.diff, row, classes), numeric_gradient(loss, x, {weights[row] / 8}), 1e-6, "gradient");
  }
}

TEST(CrossEntropy, AgreesWithTheReferenceOnEveryPath) {
  for (const size_t classes : {size_t{1}, size_t{2}, size_t{10}, size_t{17}, size_t{1000}})
    for (const float smoothing : {0.0f, 0.125f})
      for (const bool soft : {false, true}) {
        SCOPED_TRACE(classes);
        check({.from_logits = true, .label_smoothing = smoothing}, classes, soft);
        if (classes == 1 || classes == 1000) continue;  // the clip would be active
        check({.from_logits = false, .label_smoothing = smoothing}, classes, soft);
        check({.from_logits = false, .sparse_rule = true, .label_smoothing = smoothing}, classes, soft);
      }
}

TEST(CrossEntropy, OfLogitsIsAsKeras) {
  const Result r = run({.rows = 1, .classes = 3}, {2, 1, .1f}, {1, 0, 0});
  EXPECT_NEAR(r.losses[0], .41703010, 1e-7);
  const double probabilities[] = {.65900111, .24243295, .09856590};
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(r.probabilities[i], probabilities[i], 1e-7);
    EXPECT_NEAR(r.diff[i], probabilities[i] - (i == 0), 1e-7);
  }
}

// TensorFlow's gradient; the loss's derivative is 0 here.
TEST(CrossEntropy, OfLogitsHasKerassGradientWhereTargetsDoNotSumToOne) {
  const Result r = run({.rows = 1, .classes = 2}, {0, 0}, {1, 1});
  EXPECT_FLOAT_EQ(static_cast<float>(r.losses[0]), 2 * std::log(2.0f));
  EXPECT_EQ(r.diff, (std::vector<double>{-.5, -.5}));
}

TEST(CrossEntropy, OfLogitsGrowsBeyondTheClip) {
  const Result r = run({.rows = 2, .classes = 2}, {-50, 50, -INFINITY, 0}, {1, 0, 0, 1});
  EXPECT_FLOAT_EQ(static_cast<float>(r.losses[0]), 100);
  EXPECT_EQ(r.losses[1], 0);
  EXPECT_EQ(r.diff, (std::vector<double>{-1, 1, 0, 0}));
}

// The rows and numbers are Keras 3.15's (TensorFlow 2.21), gradients included.
TEST(CrossEntropy, OfProbabilitiesIsAsKeras) {
  const std::vector<double> src = {.05f, .95f, 0, .1f, .8f, .1f, .2f, .2f, .2f, 0, 1, 0, 0, 1, 0};
  const std::vector<double> targets = one_hot({1, 2, 0, 1, 0}, 3);
  CrossEntropyProblem p{.rows = 5, .classes = 3, .from_logits = false};
  Result r = run(p, src, targets);
  expect_close(r.losses, {.0512933061, 2.30258512, 1.09861231, 1.1920929e-7, 16.1180954}, 2e-7, "losses");
  EXPECT_NEAR(r.losses[3], 1.1920929e-7, 1e-12);
  expect_close(r.diff, {1, -.052631617, 1, 1, 1, -9, -3.3333333, 1.6666667, 1.6666667, 0, 0, 0, 0, 0, 0}, 3e-7, "diff");
  EXPECT_EQ(r.probabilities, src);

  p.label_smoothing = .1f;
  r = run(p, src, targets);
  expect_close(r.losses, {.685001373, 2.23327041, 1.09861231, 1.0745399, 15.5808258}, 3e-7, "smoothed losses");
  expect_close(
      r.diff, {.30000007, -.01578945, .96666676, .6666666, .9583333, -8.333333, -3.0000002, 1.5, 1.5, 0, 0, 0, 0, 0, 0},
      5e-7, "smoothed diff");

  p.label_smoothing = 0, p.sparse_rule = true;
  r = run(p, src, targets);
  expect_close(r.losses, {.0512934439, 2.30258512, 1.09861231, 2.38418551e-7, 16.1180954}, 2e-7, "sparse losses");
  expect_close(r.diff, {.99999994, -.052631717, 0, 1, 1, -9, -3.333333, 1.6666667, 1.6666667, 0, 0, 0, 0, 0, 0}, 3e-7,
               "sparse diff");
}

TEST(CrossEntropy, DividesTheGradientByTheWholeBatch) {
  const Result one = run({.rows = 1, .classes = 2, .batch = 1}, {0, 0}, {1, 0});
  const Result four = run({.rows = 1, .classes = 2, .batch = 4}, {0, 0}, {1, 0}, {2});
  EXPECT_EQ(one.diff, (std::vector<double>{-.5, .5}));
  EXPECT_EQ(four.diff, (std::vector<double>{-.25, .25}));
  EXPECT_FLOAT_EQ(static_cast<float>(four.losses[0]), 2 * std::log(2.0f));
}

TEST(CrossEntropy, WritesInTheLogitsPlace) {
  GuardedBuffer x = floats_buffer({2, 1, .1}), t = floats_buffer({1, 0, 0}), losses(sizeof(float));
  run_loop(cross_entropy({.rows = 1, .classes = 3}), {&x, &t, nullptr, nullptr, &losses, &x});
  EXPECT_NEAR(x.data()[0], .65900111 - 1, 1e-7);
  EXPECT_NEAR(x.data()[2], .09856590, 1e-7);
}

TEST(CrossEntropy, PassesANaNOn) {
  for (const bool from_logits : {true, false})
    EXPECT_TRUE(
        std::isnan(run({.rows = 1, .classes = 3, .from_logits = from_logits}, {0.5, NAN, 0.25}, {1, 0, 0}).losses[0]));
}

TEST(CrossEntropyDeathTest, RefusesNoClasses) {
  EXPECT_DEATH(cross_entropy({.rows = 1, .classes = 0}), "classes and a batch");
}

}  // namespace
}  // namespace fovea::kernels
