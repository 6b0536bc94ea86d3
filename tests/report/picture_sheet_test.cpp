#include "fovea/report/picture_sheet.h"

#include <gtest/gtest.h>

#include <array>

namespace fovea {
namespace {

Image flat(int64_t height, int64_t width, uint8_t value) {
  Image image(height, width, 1);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  return image;
}

int64_t count_of(const Image& sheet, const std::array<uint8_t, 3>& colour) {
  int64_t count = 0;
  for (size_t i = 0; i < sheet.pixels.size(); i += 3) count += std::equal(colour.begin(), colour.end(), sheet.pixels.begin() + static_cast<std::ptrdiff_t>(i));
  return count;
}

TEST(PictureSheet, EnlargesByWholeStepsAndKeepsEveryPixel) {
  const SheetSection section = {"title", "", {{flat(4, 4, 7), "a"}, {flat(4, 4, 9), "b"}, {flat(4, 4, 11), "c"}}};
  const Image sheet = picture_sheet({section}, {.cell = 15, .columns = 2});
  for (const uint8_t value : {7, 9, 11}) EXPECT_EQ(count_of(sheet, {value, value, value}), 12 * 12);
}

TEST(PictureSheet, ReducesWhatIsLarger) {
  const Image sheet = picture_sheet({{"", "", {{flat(60, 30, 7), ""}}}}, {.cell = 20});
  EXPECT_EQ(count_of(sheet, {7, 7, 7}), 20 * 10);
  EXPECT_EQ(sheet.width, 20 + 32);
}

TEST(PictureSheet, WritesWordsInsideItsEdges) {
  const std::string long_words(400, 'M');
  const Image sheet = picture_sheet({{long_words, long_words, {{flat(4, 4, 7), long_words}}}}, {.cell = 64});
  for (int64_t y = 0; y < sheet.height; ++y) {
    EXPECT_EQ(sheet.row(y)[0], 255);
    EXPECT_EQ(sheet.row(y)[3 * (sheet.width - 1)], 255);
  }
  EXPECT_LT(sheet.width, 2000);
}

TEST(PictureSheet, PutsSectionsBelowEachOther) {
  const SheetSection section = {"title", "note", {{flat(4, 4, 7), "a"}}};
  const Image one = picture_sheet({section}), two = picture_sheet({section, section});
  EXPECT_EQ(one.width, two.width);
  EXPECT_EQ(count_of(two, {7, 7, 7}), 2 * count_of(one, {7, 7, 7}));
  EXPECT_GT(two.height, one.height + 200);
}

}  // namespace
}  // namespace fovea
