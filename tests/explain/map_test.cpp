#include "fovea/explain/map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/harness/golden.h"

namespace fovea::explain {
namespace {

using testing::Each;
using testing::ElementsAre;

Map map_of(int64_t height, int64_t width, std::vector<float> values) {
  Map map(height, width);
  map.values = std::move(values);
  return map;
}

TEST(Map, HasHalfPixelCentres) {
  // tf.image.resize([0, 1, 4] as a row, 8 wide)
  EXPECT_THAT(resized(map_of(1, 3, {0, 1, 4}), 1, 8).values,
              testing::Pointwise(testing::FloatNear(1e-6f), std::vector<float>{0.f, .0625f, .4375f, .8125f, 1.5625f, 2.6875f, 3.8125f, 4.f}));
}

TEST(Map, IsResizedAsTensorFlowResizesIt) {
  const Golden golden("explain", "colour_maps");
  const Json& case_ = golden.json()["overlay"];
  EXPECT_THAT(resized(map_of(4, 4, case_["heat"]), 8, 6).values,
              testing::Pointwise(testing::FloatNear(1e-6f), case_["resized"].get<std::vector<float>>()));
}

TEST(Map, KeepsItsNumbersAtItsOwnSize) {
  const Map map = map_of(2, 2, {1, -2, 3, 0.5f});
  EXPECT_EQ(resized(map, 2, 2).values, map.values);
}

TEST(Map, OfOneCellIsTheSameEverywhere) { EXPECT_THAT(resized(map_of(1, 1, {0.25f}), 3, 5).values, Each(0.25f)); }

TEST(Map, IsDividedByItsLargestNumber) { EXPECT_THAT(normalised(map_of(1, 3, {-1, 2, 4})).values, ElementsAre(0, 0.5f, 1)); }

TEST(Map, IsZeroWhereNothingIsAboveZero) {
  for (const Map& map : {map_of(1, 2, {0, 0}), map_of(1, 2, {-1, -3}), map_of(1, 2, {-0.0f, std::numeric_limits<float>::quiet_NaN()})}) {
    EXPECT_TRUE(is_zero(map));
    EXPECT_THAT(normalised(map).values, Each(0));
  }
  EXPECT_FALSE(is_zero(map_of(1, 2, {-1, 1e-30f})));
}

TEST(Map, RanksEqualCellsInTheirOrder) { EXPECT_THAT(ranked(map_of(2, 2, {1, 3, 1, 7})), ElementsAre(3, 1, 0, 2)); }

}  // namespace
}  // namespace fovea::explain
