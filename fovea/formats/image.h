// A picture of bytes, and the decoder of picture files: their first bytes decide the format, never their names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fovea/base/file.h"

namespace fovea {

struct Image {
  int64_t height = 0, width = 0, channels = 0;  // channels: 1 gray, 3 red green blue
  std::vector<uint8_t> pixels;                  // rows from the top, pixels from the left, channels together (hwc)

  Image() = default;
  Image(int64_t h, int64_t w, int64_t c)
      : height(h), width(w), channels(c), pixels(static_cast<size_t>(h) * static_cast<size_t>(w * c)) {}
  // Becomes of another size; what its pixels are then is not said.
  void become(int64_t h, int64_t w, int64_t c) {
    height = h, width = w, channels = c;
    pixels.resize(static_cast<size_t>(h) * static_cast<size_t>(w * c));
  }
  uint8_t* row(int64_t y) { return pixels.data() + static_cast<size_t>(y * width * channels); }
  const uint8_t* row(int64_t y) const { return pixels.data() + static_cast<size_t>(y * width * channels); }
};

// Compared with what a file's header says, before anything is allocated.
struct ImageLimits {
  int64_t side = 65'535;
  int64_t pixels = int64_t{1} << 27;
};

// What a file's header says of its picture.
struct ImageHeader {
  int64_t height = 0, width = 0, channels = 0;
};

struct DecodeOptions {
  ImageLimits limits = {};
  // A JPEG may be decoded at 1/2, 1/4 or 1/8 of its size, as long as the picture keeps this height and width; 0: never.
  int64_t least_height = 0, least_width = 0;
};

// Throws where the size is empty or above the limits.
void check_image_size(int64_t height, int64_t width, const ImageLimits& limits, const std::string& where);

// "PNG, JPEG, WebP, BMP, PPM or PGM".
extern const char* const kImageFormats;

// As gray or RGB, turned the way up that the camera was held (EXIF). Transparency is dropped and not blended, as by
// Pillow's convert("RGB"). `memory` is a picture that is not needed any more: its memory is used again where it can be.
Image decode_image(Bytes bytes, const std::string& where, const DecodeOptions& options = {}, Image memory = {});

// Height, width and channels of what decode_image would give, and its errors as far as they show in the header.
ImageHeader read_image_header(Bytes bytes, const std::string& where, const ImageLimits& limits = {});

}  // namespace fovea
