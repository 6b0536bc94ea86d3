#include "fovea/layers/normalization.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fovea/layers/registry.h"
#include "tests/harness/check_layer.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

Truth truth_of(const NormalizationOptions& o, size_t channels) {
  return {.forward = [=](auto& inputs, auto& weights) {
    const auto numbers = [&](const std::optional<ChannelNumbers>& given, size_t weight) {
      Doubles values = given ? Doubles(given->values.begin(), given->values.end()) : weights[weight];
      if (values.size() == 1) values.resize(channels, values[0]);
      return values;
    };
    const Doubles mean = numbers(o.mean, 0), variance = numbers(o.variance, 1);
    Doubles dst = inputs[0];
    for (size_t i = 0; i < dst.size(); ++i) {
      const size_t c = i % channels;
      const double deviation = std::max(std::sqrt(variance[c]), 1e-7);
      dst[i] = o.invert ? mean[c] + dst[i] * deviation : (dst[i] - mean[c]) / deviation;
    }
    return dst;
  }};
}

TEST(Normalization, AgreesWithTheReference) {
  for (const Problem& problem : problems_to_check("maps")) {
    const Shape shape = picture_of(problem);
    const auto channels = static_cast<size_t>(shape.back());
    NormalizationOptions lists = {.mean = ChannelNumbers{}, .variance = ChannelNumbers{}};
    for (size_t c = 0; c < channels; ++c) {
      lists.mean->values.push_back(0.1f * static_cast<float>(c) - 1);
      lists.variance->values.push_back(0.25f + 0.5f * static_cast<float>(c));
    }
    const NormalizationOptions number = {.mean = 0.5f, .variance = 0.04f};
    for (NormalizationOptions options : {NormalizationOptions{}, lists, number})
      for (const bool invert : {false, true}) {
        options.invert = invert;
        check_layer({.line = problem.line,
                     .layer = std::make_shared<Normalization>(options),
                     .batch = problem.size("n"),
                     .shapes = {shape},
                     .truth = truth_of(options, channels)});
      }
  }
}

TEST(Normalization, TakesTheMeanAwayAndDividesByTheDeviation) {
  NormalizationOptions options = {.mean = ChannelNumbers{1, 10}, .variance = ChannelNumbers{4, 0.25f}};
  EXPECT_EQ(apply(std::make_shared<Normalization>(options), {1, 2, 2}, {1, 10, 5, 9}), Floats({0, 0, 2, -2}));
  options.invert = true;
  EXPECT_EQ(apply(std::make_shared<Normalization>(options), {1, 2, 2}, {0, 0, 2, -2}), Floats({1, 10, 5, 9}));
}

TEST(Normalization, HasKerassWeightsWhereNothingIsGiven) {
  const auto specs = Normalization().parameters(std::vector<Shape>{{4, 4, 3}});
  ASSERT_EQ(specs.size(), 3u);
  EXPECT_EQ(specs[0].name, "mean");
  EXPECT_EQ(specs[1].name, "variance");
  EXPECT_EQ(specs[2].name, "count");
  EXPECT_EQ(specs[2].shape, Shape());
  for (const ParameterSpec& spec : specs) EXPECT_FALSE(spec.trainable);
}

TEST(Normalization, RefusesHalfOfItAndOtherNumbersOfChannels) {
  const auto refused = [](NormalizationOptions options) {
    options.name = "norm";
    return refusal([&] { return Normalization(options).infer(std::vector<Shape>{{4, 4, 3}}); }, ErrorKind::usage);
  };
  EXPECT_EQ(refused({.mean = 1.0f}), "norm: mean and variance must be given together (got mean alone)");
  EXPECT_EQ(refused({.mean = 1.0f, .variance = ChannelNumbers{1, 2}}),
            "norm: mean and variance must be numbers or have one for each channel (got 2 for 3 channels)");
  EXPECT_EQ(refused({.mean = 1.0f, .variance = -1.0f}), "norm: variance must not be negative (got -1)");
  EXPECT_EQ(refused({.axis = {1}}), "norm: axis must be the last one, the channels (got 1, expected -1 or 3)");
}

}  // namespace
}  // namespace fovea
