// JPEG files by libjpeg.
#pragma once

#include <string>

#include "fovea/formats/image.h"

namespace fovea {

bool is_jpeg(Bytes beginning);

ImageHeader jpeg_header(Bytes bytes, const std::string& where, const ImageLimits& limits = {});

// Gray files as gray, all others as RGB; CMYK is read as Adobe writes it, inverted.
Image decode_jpeg(Bytes bytes, const std::string& where, const DecodeOptions& options = {}, Image memory = {});

}  // namespace fovea
