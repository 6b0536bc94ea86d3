#include "fovea/data/mix.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/data/draw.h"

namespace fovea {
namespace {

const Shape kShape = {8, 10, 3};

TEST(Mixup, SharesAreOfTheBetaDistribution) {
  for (const double alpha : {0.01, 0.2, 1.0, 3.0}) {
    constexpr int kDraws = 20000;
    double sum = 0, squares = 0;
    for (uint64_t i = 0; i < kDraws; ++i) {
      RandomStream random = stream_of(i);
      const double share = draw_mix({.mixup = alpha}, 5, kShape, random).share;
      ASSERT_TRUE(share >= 0 && share <= 1) << share;
      sum += share;
      squares += (share - 0.5) * (share - 0.5);
    }
    const double variance = 1 / (4 * (2 * alpha + 1));
    EXPECT_NEAR(sum / kDraws, 0.5, 4 * std::sqrt(variance / kDraws)) << alpha;
    EXPECT_NEAR(squares / kDraws, variance, 0.03 * variance) << alpha;
  }
}

// The order of draws is part of what a seed means.
TEST(Mixup, SharesOfASeedAreAlwaysTheSame) {
  const double shares[] = {0.999228942, 0.065717401, 0.00754589612};
  for (uint64_t i = 0; i < 3; ++i) {
    RandomStream random = stream_of(i);
    EXPECT_NEAR(draw_mix({.mixup = 0.2}, 5, kShape, random).share, shares[i], 1e-8);
  }
}

TEST(Mixup, PartnersAreAnyPictures) {
  std::vector<int> partners(4);
  for (uint64_t i = 0; i < 2000; ++i) {
    RandomStream random = stream_of(i);
    ++partners[static_cast<size_t>(draw_mix({.mixup = 1}, 4, kShape, random).partner)];
  }
  for (const int count : partners) EXPECT_NEAR(count, 500, 80);
}

TEST(Mixup, AddsPicturesByTheirShares) {
  std::vector<float> dst = {10, 20, 30}, partner = {0, 100, 200};
  apply_mix({.share = 0.75}, {1, 1, 3}, partner.data(), dst.data());
  EXPECT_EQ(dst, std::vector<float>({7.5, 40, 72.5}));
}

TEST(CutMix, SharesAreThoseOfTheAreaThatIsKept) {
  for (uint64_t i = 0; i < 1000; ++i) {
    RandomStream random = stream_of(i);
    const Mix mix = draw_mix({.cutmix = 1}, 5, kShape, random);
    std::vector<float> dst(240, 1), partner(240, 0);
    apply_mix(mix, kShape, partner.data(), dst.data());
    double kept = 0;
    for (const float x : dst) kept += x;
    ASSERT_NEAR(mix.share, kept / 240, 1e-6);
  }
}

// Of a side s, s - s² / 4 lies inside on average; shares s² are uniform for alpha 1.
TEST(CutMix, BoxesAreCutOffAtTheEdges) {
  constexpr int kDraws = 4000;
  double sum = 0;
  for (uint64_t i = 0; i < kDraws; ++i) {
    RandomStream random = stream_of(i);
    sum += draw_mix({.cutmix = 1}, 5, {400, 500, 3}, random).share;
  }
  EXPECT_NEAR(sum / kDraws, 1 - (1.0 / 2 - 1.0 / 5 + 1.0 / 48), 0.015);
}

TEST(CutMix, TakesTurnsWithMixup) {
  int boxes = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    RandomStream random = stream_of(i);
    boxes += draw_mix({.mixup = 0.2, .cutmix = 1}, 5, kShape, random).box.has_value();
  }
  EXPECT_NEAR(boxes, 500, 64);
}

}  // namespace
}  // namespace fovea
