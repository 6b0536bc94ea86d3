// JPEGs of four inks, written here by libjpeg.
#include <gtest/gtest.h>

#include <cstdio>  // jpeglib.h needs it
#include <cstdlib>

#include <jpeglib.h>

#include "fovea/formats/image.h"

namespace fovea {
namespace {

constexpr int kHeight = 16, kWidth = 24;

// What Adobe's programs store: 255 - ink.
std::vector<uint8_t> inks() {
  std::vector<uint8_t> pixels;
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x)
      for (const int ink : {10 * x, 15 * y, 5 * (x + y), 3 * x + 4 * y}) pixels.push_back(static_cast<uint8_t>(255 - ink));
  return pixels;
}

std::string jpeg_of_inks(J_COLOR_SPACE space) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_height = kHeight;
  jpeg.image_width = kWidth;
  jpeg.input_components = 4;
  jpeg.in_color_space = JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  jpeg_set_colorspace(&jpeg, space);
  jpeg_set_quality(&jpeg, 100, TRUE);
  for (int component = 0; component < 4; ++component)
    jpeg.comp_info[component].h_samp_factor = jpeg.comp_info[component].v_samp_factor = 1;
  jpeg_start_compress(&jpeg, TRUE);
  std::vector<uint8_t> pixels = inks();
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = pixels.data() + jpeg.next_scanline * kWidth * 4;
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::string file(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&jpeg);
  std::free(bytes);
  return file;
}

TEST(JpegOfFourInks, IsReadWhetherItsColoursWereTurnedOrNot) {
  const std::vector<uint8_t> stored = inks();
  for (const auto& [space, transform] : {std::pair(JCS_CMYK, '\0'), std::pair(JCS_YCCK, '\2')}) {
    const std::string file = jpeg_of_inks(space);
    const size_t adobe = file.find("Adobe");
    ASSERT_NE(adobe, std::string::npos);
    ASSERT_EQ(file[adobe + 11], transform) << "what the marker says of its colours";
    const Image image = decode_image(as_bytes(file), "inks.jpg");
    ASSERT_EQ(image.channels, 3);
    ASSERT_EQ(image.pixels.size(), size_t{kHeight * kWidth * 3});
    for (size_t i = 0; i < image.pixels.size(); ++i) {
      const double light = stored[i / 3 * 4 + 3], left = stored[i / 3 * 4 + i % 3];
      EXPECT_NEAR(image.pixels[i], left * light / 255, 5) << "number " << i << " of transform " << int{transform};
    }
  }
}

}  // namespace
}  // namespace fovea
