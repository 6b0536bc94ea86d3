// Picture files of many sorts, made by tools/golden_pictures.py: read as Pillow reads them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/formats/bmp_pnm.h"
#include "fovea/formats/exif.h"
#include "fovea/formats/image.h"
#include "fovea/formats/npz.h"
#include "tests/formats/golden_files.h"
#include "tests/harness/damage.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kFolder = source_tree("tests/golden/pictures");

std::vector<std::string> picture_files() {
  std::vector<std::string> names;
  for (const FolderEntry& entry : list_folder(kFolder))
    if (!entry.name.ends_with(".npz")) names.push_back(entry.name);
  return names;
}

std::string file(const std::string& name) { return read_file(kFolder + "/" + name); }
Image decoded(const std::string& name, const DecodeOptions& options = {}) {
  return decode_image(as_bytes(file(name)), name, options);
}

TEST(PictureFiles, AreReadAsPillowReadsThem) {
  const Npz expected(kFolder + "/decoded.npz");
  const std::vector<std::string> names = picture_files();
  EXPECT_EQ(names.size(), expected.names().size());
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    std::string key = name;
    std::replace(key.begin(), key.end(), '.', '_');
    const Array pillow = expected.read(key);
    const Image image = decoded(name);
    EXPECT_EQ(image.height, pillow.shape()[0]);
    EXPECT_EQ(image.width, pillow.shape()[1]);
    EXPECT_EQ(image.channels, pillow.shape().rank() == 2 ? 1 : 3);
    ASSERT_EQ(image.pixels.size(), pillow.bytes());
    // Numbers of fewer steps than 255 are spread by another rounding.
    const int tolerance = name == "565.bmp" || name == "small_numbers.pgm" ? 1 : 0;
    const auto values = pillow.values<uint8_t>();
    for (size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(image.pixels[i], values[i], tolerance) << "number " << i;
    const ImageHeader header = read_image_header(as_bytes(file(name)), name);
    EXPECT_EQ(header.height, image.height);
    EXPECT_EQ(header.width, image.width);
    EXPECT_EQ(header.channels, image.channels);
  }
}

// By PNM's definition: two bytes a number above 255, the upper one first. 0x1234 / 257 is 18.1, 0xff00 / 257 is 254.01.
TEST(PictureFiles, OfTwoBytesANumberHaveTheUpperOneFirst) {
  using namespace std::string_view_literals;
  const auto pixels = [](std::string_view bytes) { return decode_image(as_bytes(bytes), "f").pixels; };
  EXPECT_THAT(pixels("P5 4 1 65535\n\x12\x34\xff\x00\x00\xff\x01\x81"sv), ElementsAre(18, 254, 1, 1));
  EXPECT_THAT(pixels("P6 1 1 1000\n\x00\xfa\x03\xe8\x03\xe9"sv), ElementsAre(64, 255, 255)) << "250, 1000, too large";
}

TEST(PictureFiles, SayHowTheCameraWasHeld) {
  const auto orientation = [](const std::string& name) { return exif_orientation(as_bytes(file(name))); };
  for (int k = 1; k <= 8; ++k) EXPECT_EQ(orientation("exif" + std::to_string(k) + ".jpg"), k);
  EXPECT_EQ(orientation("exif6.png"), 6);
  EXPECT_EQ(orientation("exif3.webp"), 3);
  EXPECT_EQ(orientation("exif6_late.jpg"), 6);
  EXPECT_EQ(orientation("exif8_big_endian.jpg"), 8);
  EXPECT_EQ(orientation("exif9.jpg"), 1) << "there is no ninth way";
  EXPECT_EQ(orientation("rgb.bmp"), 1);
}

TEST(PictureFiles, AreTurnedInAllEightWays) {
  Image image(2, 3, 1);
  image.pixels = {1, 2, 3, 4, 5, 6};
  const auto turned = [&](int orientation) { return turned_upright(image, orientation).pixels; };
  EXPECT_THAT(turned(1), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(turned(2), ElementsAre(3, 2, 1, 6, 5, 4));
  EXPECT_THAT(turned(3), ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_THAT(turned(4), ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(turned(5), ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(turned(6), ElementsAre(4, 1, 5, 2, 6, 3));
  EXPECT_THAT(turned(7), ElementsAre(6, 3, 5, 2, 4, 1));
  EXPECT_THAT(turned(8), ElementsAre(3, 6, 2, 5, 1, 4));
  EXPECT_EQ(turned_upright(image, 8).height, 3);
}

TEST(PictureFiles, MayBeDecodedSmaller) {
  const auto size = [](const std::string& name, int64_t height, int64_t width) {
    const Image image = decoded(name, {.least_height = height, .least_width = width});
    return std::pair(image.height, image.width);
  };
  // 13 rows and 11 columns.
  EXPECT_EQ(size("exif1.jpg", 0, 0), std::pair(int64_t{13}, int64_t{11}));
  EXPECT_EQ(size("exif1.jpg", 7, 5), std::pair(int64_t{13}, int64_t{11}));
  EXPECT_EQ(size("exif1.jpg", 6, 5), std::pair(int64_t{7}, int64_t{6}));
  EXPECT_EQ(size("exif1.jpg", 3, 3), std::pair(int64_t{7}, int64_t{6}));
  EXPECT_EQ(size("exif1.jpg", 3, 2), std::pair(int64_t{4}, int64_t{3}));
  EXPECT_EQ(size("exif1.jpg", 1, 1), std::pair(int64_t{2}, int64_t{2}));
  EXPECT_EQ(size("exif6.jpg", 5, 6), std::pair(int64_t{6}, int64_t{7})) << "lying on its side";
  EXPECT_EQ(size("rgb.bmp", 1, 1), std::pair(int64_t{13}, int64_t{11})) << "only a JPEG can";
}

TEST(PictureFiles, RefuseSizesAboveTheLimitsBeforeDecoding) {
  for (const char* name : {"exif1.jpg", "lossy.webp", "lossless.webp", "rgb.bmp", "top_down.bmp", "rgb.ppm"}) {
    EXPECT_EQ(refusal([&] { decoded(name, {.limits = {.side = 12}}); }),
              std::string(name) +
                  ": the picture is too large (got 11x13 pixels, expected at most 12 a side and "
                  "134217728 in all)");
    EXPECT_THAT(refusal([&] { decoded(name, {.limits = {.pixels = 142}}); }), HasSubstr("too large"));
  }
}

TEST(PictureFiles, RefuseWhatTheyAreTooShortFor) {
  const auto refused = [](const std::string& bytes) { return refusal([&] { decode_image(as_bytes(bytes), "f"); }); };
  EXPECT_EQ(refused("P6 8000 8000 255\nabc"), "f: the file ends early (got 20 bytes, expected at least 192000017)");
  EXPECT_EQ(refused("P6 80000 8 255\nabc"),
            "f: the picture is too large (got 80000x8 pixels, expected at most 65535 a side and 134217728 in all)");
  EXPECT_THAT(refused("P5 99999999999999999999 1 255\n"), HasSubstr("its width is not from 1 to 2147483647"));
  EXPECT_THAT(refused("P5 3 x"), HasSubstr("its height is not from 1"));
  EXPECT_THAT(refused("P5 3 3 65536\n"), HasSubstr("its largest number is not from 1 to 65535"));
  EXPECT_THAT(refused("P3 1 1 255 1 2 3"), HasSubstr("got another kind of PNM file"));
  EXPECT_THAT(refused("BM"), HasSubstr("the file ends early (got 2 bytes"));
  std::string bmp = file("rgb.bmp");
  bmp[28] = 7;
  EXPECT_THAT(refused(bmp), HasSubstr("got 7 bits a pixel"));
  EXPECT_THAT(refused(std::string("RIFF\4\0\0\0WEBP", 12)), HasSubstr("not a WebP file that can be read"));
  EXPECT_THAT(refused(std::string("\0\0\0\x1c"
                                  "ftypheic",
                                  12)),
              HasSubstr("got a HEIC, AVIF or video file"));
}

TEST(PictureFiles, SurviveDamage) {
  const auto parse = [](Bytes bytes) { decode_image(bytes, "f", {.limits = {.pixels = 1 << 20}}); };
  for (const std::string& name : picture_files()) {
    SCOPED_TRACE(name);
    if (name.starts_with("exif") && name.ends_with("jpg") && name != "exif6.jpg") continue;  // much the same
    const std::string content = file(name);
    survives_every_change(content, parse);
    if (!name.ends_with("webp")) refuses_every_truncation(content, parse);
  }
}

}  // namespace
}  // namespace fovea
