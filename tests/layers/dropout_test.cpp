#include "fovea/layers/dropout.h"

#include <gtest/gtest.h>

#include "fovea/kernels/eltwise_ref.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// Elements are addressed by picture and place in Keras's order; check_layer puts one layer between input and this one.
Truth truth_of(float rate, int64_t picture) {
  constexpr uint32_t kStream = purpose::kLayer + 2;
  return {.forward = [=](auto& inputs, auto&) {
    Doubles dst = inputs[0];
    for (size_t i = 0; i < dst.size(); ++i) {
      const auto row = static_cast<int64_t>(i) / picture, element = static_cast<int64_t>(i) % picture;
      const bool kept =
          kernels::dropout_keeps_ref(rate, kRunSeed, kStream, kRunEpoch, static_cast<uint64_t>(kRunPosition + row),
                                     static_cast<uint64_t>(element));
      dst[i] = kept ? dst[i] / (1 - static_cast<double>(rate)) : 0;
    }
    return dst;
  }};
}

TEST(Dropout, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps"))
    for (const float rate : {0.1f, 0.5f}) {
      const Shape shape = picture_of(problem);
      check_layer({.line = problem.line,
                   .layer = std::make_shared<Dropout>(rate),
                   .batch = problem.size("n"),
                   .shapes = {shape},
                   .truth = truth_of(rate, shape.elements()),
                   .training = true});
    }
}

TEST(Dropout, GivesItsInputUnchangedInInference) {
  EXPECT_EQ(apply(std::make_shared<Dropout>(0.9f), {5}, {1, -2, 3, -4, 5}), Floats({1, -2, 3, -4, 5}));
}

TEST(Dropout, DropsAsOftenAsItsRateSays) {
  const LayerResult result = run_layer({.layer = std::make_shared<Dropout>(0.3f),
                                        .batch = 8,
                                        .shapes = {{5000}},
                                        .inputs = {Floats(40000, 0.7f)},
                                        .training = true});
  int64_t dropped = 0;
  for (const float value : result.output) {
    dropped += value == 0;
    EXPECT_TRUE(value == 0 || std::abs(value - 1) < 1e-6f);
  }
  EXPECT_NEAR(static_cast<double>(dropped) / 40000, 0.3, 4 * std::sqrt(0.3 * 0.7 / 40000));
}

TEST(Dropout, AFrozenLayerDropsAllTheSame) {
  const auto layer = std::make_shared<Dropout>(0.5f);
  layer->set_trainable(false);
  const LayerResult result =
      run_layer({.layer = layer, .batch = 1, .shapes = {{100}}, .inputs = {Floats(100, 1)}, .training = true});
  EXPECT_GT(std::count(result.output.begin(), result.output.end(), 0.0f), 0);
}

TEST(Dropout, RefusesARateAboveOne) {
  const Dropout layer({.rate = 1.5f, .name = "drop"});
  EXPECT_EQ(refusal([&] { return layer.infer(std::vector<Shape>{{9}}); }, ErrorKind::usage),
            "drop: rate must lie between 0 and 1 (got 1.5)");
}

}  // namespace
}  // namespace fovea
