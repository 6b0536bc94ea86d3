#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "fovea/model/plan_builder.h"

namespace fovea {
namespace {

using Lanes = std::vector<std::vector<int64_t>>;

TEST(Tiling, CutsABatchIntoLanesAndLanesIntoTiles) {
  EXPECT_EQ(Tiling::of(32, 2, 16).lanes, Lanes({{16}, {16}}));
  EXPECT_EQ(Tiling::of(32, 2, 8).lanes, Lanes({{8, 8}, {8, 8}}));
  EXPECT_EQ(Tiling::of(10, 3, 3).lanes, Lanes({{2, 2}, {3}, {3}}));
  EXPECT_EQ(Tiling::of(5, 1, 16).lanes, Lanes({{5}}));
}

TEST(Tiling, HasNoEmptyLanes) { EXPECT_EQ(Tiling::of(2, 8, 16).lanes, Lanes({{1}, {1}})); }

TEST(Tiling, LosesNoPictureAndKeepsPartsEven) {
  for (int64_t batch = 1; batch <= 70; ++batch)
    for (const int lanes : {1, 2, 3, 8, 64})
      for (const int64_t most : {1, 3, 16}) {
        int64_t pictures = 0, smallest = batch, largest = 0;
        for (const auto& tiles : Tiling::of(batch, lanes, most).lanes) {
          const int64_t rows = std::accumulate(tiles.begin(), tiles.end(), int64_t{0});
          const auto [least, greatest] = std::minmax_element(tiles.begin(), tiles.end());
          EXPECT_GE(*least, 1);
          EXPECT_LE(*greatest, most);
          EXPECT_LE(*greatest - *least, 1);
          pictures += rows;
          smallest = std::min(smallest, rows);
          largest = std::max(largest, rows);
        }
        EXPECT_EQ(pictures, batch);
        EXPECT_LE(largest - smallest, 1);
      }
}

TEST(Tiling, FeedsEveryLaneFourPicturesOrMore) {
  EXPECT_EQ(default_lanes(1), 1);
  EXPECT_EQ(default_lanes(3), 1);
  for (int64_t batch : {8, 32, 1000}) EXPECT_LE(default_lanes(batch) * 4, batch);
}

}  // namespace
}  // namespace fovea
