#include "fovea/layers/dropout.h"

#include <gtest/gtest.h>

#include <array>

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

// The fates of a noise shape, in the order of its numbers, are those of an input that is as small.
Truth shared_truth(float rate, const Shape& shape, const std::array<bool, 3>& own) {
  constexpr uint32_t kStream = purpose::kLayer + 2;
  return {.forward = [=](auto& inputs, auto&) {
    Doubles dst = inputs[0];
    for (size_t i = 0; i < dst.size(); ++i) {
      const auto number = static_cast<int64_t>(i), c = number % shape[2], x = number / shape[2] % shape[1],
                 y = number / shape[2] / shape[1] % shape[0], row = number / shape.elements();
      const int64_t columns = own[1] ? shape[1] : 1, channels = own[2] ? shape[2] : 1;
      const int64_t fate = ((own[0] ? y : 0) * columns + (own[1] ? x : 0)) * channels + (own[2] ? c : 0);
      const bool kept = kernels::dropout_keeps_ref(rate, kRunSeed, kStream, kRunEpoch, static_cast<uint64_t>(kRunPosition + row),
                                                   static_cast<uint64_t>(fate));
      dst[i] = kept ? dst[i] / (1 - static_cast<double>(rate)) : 0;
    }
    return dst;
  }};
}

TEST(Dropout, SharesFatesAsItsNoiseShapeSays) {
  const Shape shape = {4, 5, 18};
  const struct {
    NoiseShape noise;
    std::array<bool, 3> own;
  } cases[] = {{{{{}, 1, 1, 1}}, {false, false, false}},
               {{{{}, 1, 1, {}}}, {false, false, true}},
               {{{{}, {}, 5, 1}}, {true, true, false}},
               {{{{}, 4, 1, 18}}, {true, false, true}},
               {{{{}, {}, {}, {}}}, {true, true, true}}};
  for (const auto& [noise, own] : cases)
    check_layer({.line = "noise_shape " + write_field(noise).dump(),
                 .layer = std::make_shared<Dropout>(DropoutOptions{.rate = 0.4f, .noise_shape = noise}),
                 .batch = 7,
                 .shapes = {shape},
                 .truth = shared_truth(0.4f, shape, own),
                 .training = true});
}

TEST(Dropout, RefusesANoiseShapeThatDoesNotFit) {
  const auto refused = [](NoiseShape noise) {
    const Dropout layer({.noise_shape = std::move(noise), .name = "drop"});
    return refusal([&] { return layer.infer(std::vector<Shape>{{4, 4, 3}}); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused({{{}, 1, 1}}), "drop: noise_shape must have a size for the batch and for each axis (got 3 sizes for (None, 4, 4, 3))");
  EXPECT_EQ(refused({{8, 1, 1, 1}}), "drop: noise_shape must leave the batch open (got 8, expected null)");
  EXPECT_EQ(refused({{{}, 2, 1, 1}}), "drop: noise_shape must have 1 or the input's size (got 2 for 4)");
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
