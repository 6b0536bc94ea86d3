#include "fovea/report/contact_sheet.h"

#include <gtest/gtest.h>

namespace fovea {
namespace {

Image plain(int64_t height, int64_t width, int64_t channels, uint8_t value) {
  Image image(height, width, channels);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  return image;
}

int64_t count(const Image& sheet, uint8_t red, uint8_t green, uint8_t blue) {
  int64_t pixels = 0;
  for (size_t i = 0; i < sheet.pixels.size(); i += 3)
    pixels += sheet.pixels[i] == red && sheet.pixels[i + 1] == green && sheet.pixels[i + 2] == blue ? 1 : 0;
  return pixels;
}

TEST(ContactSheet, PlacesPicturesInTheirCells) {
  const Image sheet = contact_sheet(
      {{"cat", "3 pictures", {plain(10, 20, 1, 7), plain(40, 40, 3, 9)}}, {"dog", "", {}}}, {.cell = 40, .columns = 4});
  EXPECT_EQ(sheet.channels, 3);
  EXPECT_EQ(sheet.height, 2 * 16 + 2 * 40 + 6);
  EXPECT_EQ(count(sheet, 7, 7, 7), 20 * 40) << "twice as large";
  EXPECT_EQ(count(sheet, 9, 9, 9), 40 * 40);
  EXPECT_GT(count(sheet, 32, 36, 44), 20) << "names";
  EXPECT_EQ(count(sheet, 240, 241, 244), 40 * 40 - 20 * 40 + 2 * 40 * 40) << "what no picture covers";
}

TEST(ContactSheet, MakesLargePicturesSmallerByTheirMean) {
  Image picture = plain(100, 200, 1, 0);
  for (size_t i = 0; i < picture.pixels.size(); i += 2) picture.pixels[i] = 200;
  const Image sheet = contact_sheet({{"a", "", {picture}}}, {.cell = 100});
  EXPECT_EQ(count(sheet, 100, 100, 100), 50 * 100);
}

TEST(ContactSheet, SurvivesAnyNameAndNoPictures) {
  EXPECT_GT(contact_sheet({}).height, 0);
  const Image sheet = contact_sheet(
      {{std::string(500, 'W'), "\x1b[2J", {}}, {"ge\xc3\xb6\xff\xfe\xe6\x97\xa5", "", {plain(1, 500, 3, 3)}}});
  EXPECT_LT(sheet.width, 1000);
  EXPECT_GT(count(sheet, 3, 3, 3), 90);
}

}  // namespace
}  // namespace fovea
