#include "fovea/formats/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "fovea/formats/jpeg.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/png.h"
#include "tests/formats/golden_files.h"
#include "tests/harness/damage.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const char* const kPictures[] = {
    "gray.png",    "rgb.png",         "rgba.png",   "gray_alpha.png", "palette.png", "palette_transparent.png",
    "bits1.png",   "rgb16.png",       "gray16.png", "interlaced.png", "gray.jpg",    "rgb.jpg",
    "rgb_444.jpg", "progressive.jpg", "cmyk.jpg"};

Image golden_image(const std::string& name) { return decode_image(as_bytes(read_file(golden_file(name))), name); }

TEST(Image, DecodesWhatPillowDecodes) {
  const Npz expected(golden_file("pictures.npz"));
  for (std::string name : kPictures) {
    SCOPED_TRACE(name);
    const Image image = golden_image(name);
    std::replace(name.begin(), name.end(), '.', '_');
    const Array pillow = expected.read(name);
    EXPECT_EQ(image.height, 13);
    EXPECT_EQ(image.width, 11);
    EXPECT_EQ(image.channels, pillow.shape().rank() == 2 ? 1 : 3);
    ASSERT_EQ(image.pixels.size(), pillow.bytes());
    const auto values = pillow.values<uint8_t>();
    EXPECT_TRUE(std::equal(values.begin(), values.end(), image.pixels.begin()));
  }
}

TEST(Image, APngKeepsThePixels) {
  for (const int64_t channels : {1, 3}) {
    Image image(5, 300, channels);
    for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = static_cast<uint8_t>(i * i * 31 + i);
    const Image again = decode_png(as_bytes(encode_png(image)), "f");
    EXPECT_EQ(again.height, 5);
    EXPECT_EQ(again.width, 300);
    EXPECT_EQ(again.channels, channels);
    EXPECT_EQ(again.pixels, image.pixels);
  }
}

TEST(Image, AWrittenPngIsReadFromItsFile) {
  const TemporaryFolder folder;
  Image image(1, 2, 1);
  image.pixels = {7, 9};
  save_png(folder / "a.jpg", image);  // the content decides, not the name
  EXPECT_THAT(decode_image(as_bytes(read_file(folder / "a.jpg")), "f").pixels, ElementsAre(7, 9));
}

TEST(Image, RefusesOtherFilesByName) {
  const auto refused = [](const std::string& bytes) { return refusal([&] { decode_image(as_bytes(bytes), "f"); }); };
  EXPECT_EQ(refused("GIF89a"), "f: not a picture that can be read (got a GIF file, expected PNG, JPEG, WebP, BMP, PPM or PGM)");
  EXPECT_THAT(refused(""), HasSubstr("got an empty file"));
  EXPECT_THAT(refused("<html>"), HasSubstr("got a text file"));
  EXPECT_THAT(refused("\x89PNG\r\n\x1a\n"), HasSubstr("not a PNG file that can be read (the file ends early)"));
  EXPECT_THAT(refused("\xff\xd8\xff\xd9"), HasSubstr("not a JPEG file that can be read"));
}

TEST(Image, RefusesSizesAboveTheLimitsBeforeDecoding) {
  for (const char* name : {"rgb.png", "rgb.jpg"}) {
    const std::string file = read_file(golden_file(name));
    EXPECT_EQ(refusal([&] { decode_image(as_bytes(file), "f", {.limits = {.side = 12}}); }),
              "f: the picture is too large (got 11x13 pixels, expected at most 12 a side and 134217728 in all)");
    EXPECT_THAT(refusal([&] { decode_image(as_bytes(file), "f", {.limits = {.pixels = 142}}); }), HasSubstr("too large"));
    EXPECT_NO_THROW(decode_image(as_bytes(file), "f", {.limits = {.side = 13, .pixels = 143}}));
  }
}

TEST(Image, RefusesAPngTooShortForItsPixels) {
  std::string file = encode_png(Image(1, 1, 1));
  // Width and height in the header, and its checksum for 8000x8000 gray.
  const std::string big = encode_png(Image(8000, 8000, 1)).substr(0, 33);
  EXPECT_THAT(refusal([&] { decode_image(as_bytes(big + file.substr(33)), "f"); }),
              HasSubstr("the file is too short for a picture of 8000x8000 pixels"));
}

int64_t peak_of_addresses() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmPeak:")) return std::strtoll(line.c_str() + 7, nullptr, 10) * 1024;
  return 0;
}

TEST(Image, BooksNoMemoryForWhatAPngClaimsBesideItsPixels) {
  const std::string png = read_file(golden_file("rgb.png"));
  constexpr size_t kHeader = 8 + 25;  // the signature and IHDR
  for (const char* chunk : {"eXIf", "tEXt", "iCCP", "sPLT", "ruBb"}) {
    const std::string claim = png.substr(0, kHeader) + std::string("\x62\0\0\0", 4) + chunk + png.substr(kHeader);
    const int64_t before = peak_of_addresses();
    EXPECT_THAT(refusal([&] { decode_png(as_bytes(claim), "f"); }), HasSubstr("the file ends early")) << chunk;
    EXPECT_LT(peak_of_addresses() - before, int64_t{1} << 28) << chunk;
  }
}

TEST(Image, SurvivesDamage) {
  const auto parse = [](Bytes bytes) { decode_image(bytes, "f", {.limits = {.pixels = 1 << 20}}); };
  for (const char* name : kPictures) {
    const std::string file = read_file(golden_file(name));
    refuses_every_truncation(file, parse);
    survives_every_change(file, parse);
  }
}

}  // namespace
}  // namespace fovea
