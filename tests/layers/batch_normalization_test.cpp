#include "fovea/layers/batch_normalization.h"

#include <gtest/gtest.h>

#include "fovea/kernels/norm_ref.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

enum class Mode { batch, moving, frozen };

// The layer's arrays with 1 and 0 where it has no gamma or beta.
struct Arrays {
  Doubles gamma, beta;
  kernels::NormStatisticsRef<double> statistics;
  size_t moving_mean;  // place among the weights
};

Arrays arrays_of(const BatchNormalizationOptions& o, Mode mode, Truth::Inputs inputs, Truth::Inputs weights) {
  const size_t channels = weights.back().size();
  Arrays a{Doubles(channels, 1), Doubles(channels, 0), {}, weights.size() - 2};
  if (o.scale) a.gamma = weights[0];
  if (o.center) a.beta = weights[o.scale ? 1 : 0];
  a.statistics = {weights[a.moving_mean], weights[a.moving_mean + 1]};
  if (mode == Mode::batch) a.statistics = kernels::norm_statistics_ref(inputs[0], channels);
  return a;
}

Truth truth_of(const BatchNormalizationOptions& o, Mode mode) {
  Truth truth;
  truth.forward = [=](auto& inputs, auto& weights) {
    const Arrays a = arrays_of(o, mode, inputs, weights);
    return kernels::norm_forward_ref<double>(inputs[0], a.statistics, a.gamma, a.beta, o.epsilon);
  };
  truth.backward = [=](auto& inputs, auto& weights, const Doubles& diff_output) {
    const Arrays a = arrays_of(o, mode, inputs, weights);
    const auto g = kernels::norm_backward_ref<double>(inputs[0], a.statistics, a.gamma, diff_output, o.epsilon,
                                                      mode == Mode::batch);
    Gradients gradients{{g.src}, {}};
    if (o.scale) gradients.weights.push_back(g.gamma);
    if (o.center) gradients.weights.push_back(g.beta);
    gradients.weights.resize(weights.size());
    return gradients;
  };
  truth.updated = [=](auto& inputs, auto& weights) {
    std::vector<Doubles> updated = weights;
    if (mode != Mode::batch) return updated;
    const Arrays a = arrays_of(o, mode, inputs, weights);
    for (size_t c = 0; c < a.gamma.size(); ++c) {
      double &mean = updated[a.moving_mean][c], &variance = updated[a.moving_mean + 1][c];
      mean = mean * o.momentum + a.statistics.mean[c] * (1 - o.momentum);
      variance = variance * o.momentum + a.statistics.variance[c] * (1 - o.momentum);
    }
    return updated;
  };
  return truth;
}

void check(const BatchNormalizationOptions& options, Mode mode) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    const auto layer = std::make_shared<BatchNormalization>(options);
    layer->set_trainable(mode != Mode::frozen);
    check_layer({.line = problem.line,
                 .layer = layer,
                 .batch = problem.size("n"),
                 .shapes = {shape},
                 .truth = truth_of(options, mode),
                 .training = mode != Mode::moving,
                 .terms = problem.size("n") * shape.elements() / shape.back()});
  }
}

TEST(BatchNormalization, AgreesWithTheReferenceInTraining) { check({}, Mode::batch); }
TEST(BatchNormalization, AgreesWithTheReferenceInInference) { check({}, Mode::moving); }
TEST(BatchNormalization, AgreesWithTheReferenceFrozen) { check({}, Mode::frozen); }
TEST(BatchNormalization, AgreesWithTheReferenceWithoutScale) { check({.epsilon = 1e-2f, .scale = false}, Mode::batch); }
TEST(BatchNormalization, AgreesWithTheReferenceWithoutCenter) {
  check({.momentum = 0.9, .center = false}, Mode::batch);
}
TEST(BatchNormalization, AgreesWithTheReferenceBare) { check({.center = false, .scale = false}, Mode::moving); }

TEST(BatchNormalization, NormalisesEachChannelOverTheBatch) {
  const auto layer = std::make_shared<BatchNormalization>(BatchNormalizationOptions{.momentum = 0.75, .epsilon = 0});
  // Mean 3, variance 4: -1, 1; then times 10, plus 5.
  const LayerResult result = run_layer({.layer = layer,
                                        .batch = 2,
                                        .shapes = {{1}},
                                        .inputs = {{1, 5}},
                                        .weights = {{10}, {5}, {0}, {1}},
                                        .diff_output = {1, 1},
                                        .training = true});
  EXPECT_EQ(result.output, Floats({-5, 15}));
  EXPECT_EQ(result.weights[2], Floats({0.75f}));
  EXPECT_EQ(result.weights[3], Floats({1.75f}));
}

TEST(BatchNormalization, RefusesAnAxisThatIsNotTheLast) {
  const BatchNormalization layer({.axis = {1}, .name = "norm"});
  EXPECT_EQ(refusal(
                [&] {
                  return layer.infer(std::vector<Shape>{{4, 4, 3}});
                },
                ErrorKind::usage),
            "norm: axis must be the last one, the channels (got 1, expected -1 or 3)");
}

}  // namespace
}  // namespace fovea
