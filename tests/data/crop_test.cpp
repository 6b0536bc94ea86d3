#include "fovea/data/crop.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "fovea/data/fit_picture.h"
#include "tests/data/draw.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(Crop, CutsAPictureOutOfItsFrameAtEveryPlaceAlike) {
  constexpr int kDraws = 2000;
  std::map<std::vector<float>, int> seen;
  for (uint64_t i = 0; i < kDraws; ++i) {
    Canvas canvas = canvas_of({2, 2, 1}, {1, 2, 3, 4});
    RandomStream random = stream_of(i);
    crop({.crop_padding = 1, .crop_fill = 9}, canvas, random);
    ++seen[numbers_of(canvas)];
  }
  EXPECT_EQ(seen.size(), 9u);
  for (const auto& [picture, count] : seen) EXPECT_NEAR(count, kDraws / 9, 4 * std::sqrt(kDraws / 9));
  EXPECT_TRUE(seen.contains({4, 9, 9, 9}));
  EXPECT_TRUE(seen.contains({9, 1, 9, 3}));
}

TEST(Crop, ResizesThePartThatIsCut) {
  const std::vector<float> picture = counted(8 * 7 * 3);
  const Box box = {.top = 2, .left = 1, .height = 5, .width = 3};
  Canvas canvas = canvas_of({8, 7, 3}, picture);
  apply_crop(box, canvas);
  std::vector<float> part, expected(picture.size());
  for (int64_t row = 2; row < 7; ++row)
    part.insert(part.end(), picture.begin() + (row * 7 + 1) * 3, picture.begin() + (row * 7 + 4) * 3);
  PictureFit({5, 3, 3}, {8, 7, 3}, Resize::stretch, "crop").fit(part.data(), expected.data());
  const std::vector<float> got = numbers_of(canvas);
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-4);
}

TEST(Crop, DrawsAreasAndRatiosAsAskedFor) {
  const Range area = {0.08, 1}, ratio = {0.75, 4.0 / 3.0};
  double least = 1, most = 0, wide = 0;
  constexpr int kDraws = 3000;
  for (uint64_t i = 0; i < kDraws; ++i) {
    RandomStream random = stream_of(i);
    const Box box = draw_crop(area, ratio, {200, 200, 3}, random);
    ASSERT_GE(box.top, 0);
    ASSERT_GE(box.left, 0);
    ASSERT_LE(box.top + box.height, 200);
    ASSERT_LE(box.left + box.width, 200);
    const double share = static_cast<double>(box.area()) / 40000,
                 is = static_cast<double>(box.width) / static_cast<double>(box.height);
    EXPECT_GT(is, 0.72);
    EXPECT_LT(is, 1.39);
    least = std::min(least, share);
    most = std::max(most, share);
    wide += box.width > box.height;
  }
  EXPECT_NEAR(least, 0.08, 0.01);
  EXPECT_GT(most, 0.97);
  EXPECT_NEAR(wide / kDraws, 0.5, 0.05);
}

TEST(Crop, TakesTheMiddleWhereNothingFits) {
  RandomStream random = stream_of(0);
  const Box box = draw_crop({1, 1}, {0.75, 4.0 / 3.0}, {10, 100, 3}, random);
  EXPECT_EQ(box.height, 10);
  EXPECT_EQ(box.width, 13);
  EXPECT_EQ(box.left, 43);
}

TEST(Crop, RefusesSharesThatCannotBe) {
  EXPECT_EQ(refusal(
                [] {
                  check({.resized_crop = Range{0.5, 2}}, "--augment");
                },
                ErrorKind::usage),
            "--augment: resized_crop: must lie between 0 and 1 (got 2)");
  EXPECT_EQ(refusal([] { check({.crop_padding = -1}, "--augment"); }, ErrorKind::usage),
            "--augment: crop_padding: cannot be (got -1, expected pixels from 0 to 65536)");
}

}  // namespace
}  // namespace fovea
