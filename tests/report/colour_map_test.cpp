#include "fovea/report/colour_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "fovea/base/error.h"
#include "tests/harness/files.h"
#include "tests/harness/golden.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<int> bytes(const ColourMap& map, float value) {
  std::vector<int> parts;
  for (const double part : map.at(value)) parts.push_back(colour_byte(part));
  return parts;
}

TEST(ColourMap, HasMatplotlibsEnds) {
  const auto ends = [](const char* name) {
    const ColourMap& map = ColourMap::of(name, "map");
    std::vector<int> both = bytes(map, 0), last = bytes(map, 1);
    both.insert(both.end(), last.begin(), last.end());
    return both;
  };
  EXPECT_THAT(ends("jet"), ElementsAre(0, 0, 127, 127, 0, 0));
  EXPECT_THAT(ends("viridis"), ElementsAre(0x44, 0x01, 0x54, 0xfd, 0xe7, 0x24));
  EXPECT_THAT(ends("gray"), ElementsAre(0, 0, 0, 255, 255, 255));
  EXPECT_THAT(ends("bwr"), ElementsAre(0, 0, 255, 255, 0, 0));
}

TEST(ColourMap, IsMatplotlibsTable) {
  const Golden golden("explain", "colour_maps");
  ASSERT_EQ(golden.json()["tables"].size(), ColourMap::names().size());
  for (const auto& [name, table] : golden.json()["tables"].items()) {
    const ColourMap& map = ColourMap::of(name, "map");
    std::string ours;
    for (int i = 0; i < ColourMap::kColours; ++i)
      for (const double part : map.colour(i)) ours += fmt::format("{:02x}", colour_byte(part));
    EXPECT_EQ(ours, table.get<std::string>()) << name;
  }
}

TEST(ColourMap, TakesTheColourThatANumberFallsInto) {
  const ColourMap& gray = ColourMap::of("gray", "map");
  EXPECT_EQ(bytes(gray, 0.5f)[0], 128);
  EXPECT_EQ(bytes(gray, 255.99f / 256)[0], 255);
  EXPECT_EQ(bytes(gray, -3)[0], 0);
  EXPECT_EQ(bytes(gray, 7)[0], 255);
  EXPECT_THAT(bytes(ColourMap::of("jet", "map"), std::numeric_limits<float>::quiet_NaN()), ElementsAre(0, 0, 0));
}

TEST(ColourMap, ThatIsNotThereIsRefusedWithNearMisses) {
  EXPECT_THAT(refusal([] { ColourMap::of("virdis", "--colormap"); }, ErrorKind::usage), HasSubstr("did you mean \"viridis\""));
}

TEST(Overlay, AddsAShareOfTheColour) {
  Image picture(1, 3, 3);
  picture.pixels = {0, 0, 0, 100, 100, 100, 250, 250, 250};
  const Image both = overlay(picture, std::vector<float>{1, 0, 1}, ColourMap::of("jet", "map"), 0.4f);
  // The last colour is (0.5, 0, 0), the first (0, 0, 0.5): 0.2 is 51.
  EXPECT_THAT(both.pixels, ElementsAre(51, 0, 0, 100, 100, 151, 255, 250, 250));
}

TEST(Overlay, IsTheTutorials) {
  const Golden golden("explain", "colour_maps");
  const Json& case_ = golden.json()["overlay"];
  Image picture(8, 6, 3);
  picture.pixels = case_["picture"].get<std::vector<uint8_t>>();
  const Image both = overlay(picture, case_["resized"].get<std::vector<float>>(), ColourMap::of("jet", "map"), case_["alpha"].get<float>());
  EXPECT_EQ(both.pixels, case_["overlay"].get<std::vector<uint8_t>>());
}

TEST(Overlay, MakesColourOfGray) {
  Image picture(1, 1, 1);
  picture.pixels = {100};
  EXPECT_THAT(overlay(picture, std::vector<float>{1}, ColourMap::of("jet", "map"), 0.4f).pixels, ElementsAre(151, 100, 100));
}

}  // namespace
}  // namespace fovea
