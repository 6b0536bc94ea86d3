// JPEG files by libjpeg.
#pragma once

#include <string>

#include "fovea/formats/image.h"

namespace fovea {

bool is_jpeg(Bytes beginning);

// Gray files as gray, all others as RGB; CMYK is read as Adobe writes it, inverted. The way a camera was held (EXIF) is
// not applied, as in Keras.
Image decode_jpeg(Bytes bytes, const std::string& where, const ImageLimits& limits = {});

}  // namespace fovea
