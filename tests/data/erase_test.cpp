#include "fovea/data/erase.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/data/draw.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// How many pixels of all-7 pictures were changed to `to`, and whether they form a box.
int64_t erased(Canvas& canvas, float to) {
  int64_t count = 0, top = 99, bottom = -1, left = 99, right = -1;
  for (int64_t row = 0; row < canvas.rows(); ++row)
    for (int64_t column = 0; column < canvas.columns(); ++column)
      if (canvas.now()[(row * canvas.columns() + column) * canvas.channels()] == to) {
        ++count;
        top = std::min(top, row), bottom = std::max(bottom, row), left = std::min(left, column),
        right = std::max(right, column);
      }
  EXPECT_TRUE(count == 0 || count == (bottom - top + 1) * (right - left + 1)) << "no box";
  return count;
}

TEST(Cutout, IsASquareAroundARandomPixel) {
  int64_t most = 0, least = 99;
  for (uint64_t i = 0; i < 500; ++i) {
    Canvas canvas = canvas_of({8, 8, 3}, std::vector<float>(8 * 8 * 3, 7));
    RandomStream random = stream_of(i);
    erase({.cutout = 4, .cutout_fill = 2}, {}, canvas, random);
    const int64_t count = erased(canvas, 2);
    most = std::max(most, count);
    least = std::min(least, count);
  }
  EXPECT_EQ(most, 16);
  EXPECT_EQ(least, 4);  // around a corner
}

TEST(Cutout, SitsOnEveryPixelAlike) {
  constexpr int kDraws = 4000;
  std::vector<int> middles(5);
  for (uint64_t i = 0; i < kDraws; ++i) {
    RandomStream random = stream_of(i);
    const Box box = draw_cutout(1, {5, 3, 1}, random);
    ++middles[static_cast<size_t>(box.top)];
  }
  for (const int count : middles) EXPECT_NEAR(count, kDraws / 5, 4 * std::sqrt(kDraws / 5));
}

TEST(RandomErasing, ErasesAsOftenAndAsMuchAsAskedFor) {
  constexpr int kDraws = 2000;
  int times = 0;
  for (uint64_t i = 0; i < kDraws; ++i) {
    Canvas canvas = canvas_of({30, 30, 1}, std::vector<float>(900, 7));
    RandomStream random = stream_of(i);
    erase({.random_erasing = 0.25, .erasing_fill = 2.0f}, {}, canvas, random);
    const auto share = static_cast<double>(erased(canvas, 2)) / 900;
    if (share == 0) continue;
    ++times;
    EXPECT_GT(share, 0.01);
    EXPECT_LT(share, 0.44);
  }
  EXPECT_NEAR(times, kDraws / 4, 4 * std::sqrt(kDraws * 3 / 16));
}

TEST(RandomErasing, LiesAtEveryPlaceAlike) {
  constexpr int kDraws = 4000;
  std::vector<int> tops(4), lefts(4);  // of a box of 3x3 in 6x6
  for (uint64_t i = 0; i < kDraws; ++i) {
    Canvas canvas = canvas_of({6, 6, 1}, std::vector<float>(36, 7));
    RandomStream random = stream_of(i);
    erase({.random_erasing = 1, .erasing_area = {0.25, 0.25}, .erasing_ratio = {1, 1}, .erasing_fill = 2.0f}, {},
          canvas, random);
    ASSERT_EQ(erased(canvas, 2), 9);
    const auto first = static_cast<size_t>(std::find(canvas.now(), canvas.now() + 36, 2.0f) - canvas.now());
    ++tops.at(first / 6);
    ++lefts.at(first % 6);
  }
  for (const auto& counts : {tops, lefts})
    for (const int count : counts) EXPECT_NEAR(count, kDraws / 4, 4 * std::sqrt(kDraws * 3 / 16));
}

TEST(RandomErasing, FillsWithRandomNumbersOfTheRange) {
  Canvas canvas = canvas_of({30, 30, 1}, std::vector<float>(900, 700));
  RandomStream random = stream_of(3);
  erase({.random_erasing = 1}, {-1, 1}, canvas, random);
  float low = 9, high = -9;
  for (const float x : numbers_of(canvas))
    if (x != 700) low = std::min(low, x), high = std::max(high, x);
  EXPECT_GE(low, -1);
  EXPECT_LT(low, 0);
  EXPECT_LE(high, 1);
  EXPECT_GT(high, 0);
}

TEST(RandomErasing, RefusesWhatIsNoProbability) {
  EXPECT_EQ(refusal([] { check({.random_erasing = 1.5}, "--augment"); }, ErrorKind::usage),
            "--augment: random_erasing: must lie between 0 and 1 (got 1.5)");
}

}  // namespace
}  // namespace fovea
