// PNG files by libpng.
#pragma once

#include <string>
#include <vector>

#include "fovea/formats/image.h"

namespace fovea {

bool is_png(Bytes beginning);
ImageHeader png_header(Bytes bytes, const std::string& where, const ImageLimits& limits = {});

// Any colour type, depth and interlacing, as 8-bit gray (of gray files) or RGB. As Pillow and TensorFlow read it: of 16
// bits the upper 8 count, transparency is dropped and not blended, gamma is not applied.
Image decode_png(Bytes bytes, const std::string& where, const ImageLimits& limits = {});

std::string encode_png(const Image& image);
void save_png(const std::string& path, const Image& image);

}  // namespace fovea
