#include "fovea/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fovea {
namespace {

// Known answers of Random123's kat_vectors for philox4x32, 10 rounds.
TEST(Philox, GivesThePublishedNumbers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Philox4{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}), (Philox4{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Philox4{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Permutation, HoldsEveryNumberOnceAndFollowsItsAddress) {
  auto order = permutation(1000, 7, purpose::kShuffle, 3);
  EXPECT_EQ(order, permutation(1000, 7, purpose::kShuffle, 3));
  EXPECT_NE(order, permutation(1000, 7, purpose::kShuffle, 4));
  EXPECT_NE(order, permutation(1000, 8, purpose::kShuffle, 3));
  std::sort(order.begin(), order.end());
  for (uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(order[i], i);
}

TEST(WeightedDraws, ComeAsOftenAsTheirWeightsSayAndFollowTheirAddress) {
  // Weights 0, 1, 2, 3, 0 over and over: of 50,000 draws each picture of weight 1 is expected 50,000 / 60,000 times.
  std::vector<float> weights(50'000);
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<float>(i % 5 % 4);
  const auto order = weighted_draws(weights, 7, purpose::kWeighted, 3);
  EXPECT_EQ(order, weighted_draws(weights, 7, purpose::kWeighted, 3));
  EXPECT_NE(order, weighted_draws(weights, 7, purpose::kWeighted, 4));
  EXPECT_NE(order, weighted_draws(weights, 8, purpose::kWeighted, 3));
  ASSERT_EQ(order.size(), weights.size());
  std::array<int, 4> counts{};
  for (const uint32_t i : order) {
    ASSERT_LT(i, weights.size());
    ++counts[static_cast<size_t>(weights[i])];
  }
  EXPECT_EQ(counts[0], 0) << "what weighs nothing is never drawn";
  // Four deviations of a binomial distribution are 4 · sqrt(50,000 · p · (1 - p)), at most 447.
  for (int k = 1; k <= 3; ++k) EXPECT_NEAR(counts[static_cast<size_t>(k)], 50'000 * k / 6.0, 447) << k;
  const std::vector<float> one = {0, 0, 1e-30f, 0};
  for (const uint32_t i : weighted_draws(one, 1, purpose::kWeighted, 0)) EXPECT_EQ(i, 2u);
}

TEST(RandomStream, DrawsTheUpperHalfOfAWholeNumberFirst) {
  RandomStream words(7, purpose::kSample), random(7, purpose::kSample);
  const uint64_t high = words.bits(), low = words.bits();
  EXPECT_EQ(random.below(UINT64_MAX), high << 32 | low);
}

TEST(RandomStream, IsUniformAndNormal) {
  RandomStream random(1, purpose::kSample);
  double sum = 0, squares = 0, normal = 0, normal_squares = 0;
  const int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double u = random.unit(), z = random.normal();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u, squares += u * u, normal += z, normal_squares += z * z;
  }
  EXPECT_NEAR(sum / n, 0.5, 0.005);
  EXPECT_NEAR(squares / n, 1.0 / 3, 0.005);
  EXPECT_NEAR(normal / n, 0, 0.01);
  EXPECT_NEAR(normal_squares / n, 1, 0.02);
}

}  // namespace
}  // namespace fovea
