// WebP files by libwebp.
#pragma once

#include <string>

#include "fovea/formats/image.h"

namespace fovea {

bool is_webp(Bytes beginning);
ImageHeader webp_header(Bytes bytes, const std::string& where, const ImageLimits& limits = {});

// As RGB; transparency is dropped. Moving pictures are refused.
Image decode_webp(Bytes bytes, const std::string& where, const ImageLimits& limits = {});

// Lossy; `quality` from 0 to 100. The picture's sides are at most 16,383. Throws Error (failed) where there is no memory.
std::string encode_webp(const Image& image, int quality);

}  // namespace fovea
