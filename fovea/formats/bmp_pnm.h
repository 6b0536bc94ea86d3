// BMP files by libstb, of which this decoder alone is compiled; PPM and PGM files, which are numbers as they are.
#pragma once

#include <string>

#include "fovea/formats/image.h"

namespace fovea {

bool is_bmp(Bytes beginning);
ImageHeader bmp_header(Bytes bytes, const std::string& where, const ImageLimits& limits = {});
// As RGB; transparency is dropped. Uncompressed files only.
Image decode_bmp(Bytes bytes, const std::string& where, const ImageLimits& limits = {});

// P5 (gray) and P6 (RGB): the binary kinds.
bool is_pnm(Bytes beginning);
ImageHeader pnm_header(Bytes bytes, const std::string& where, const ImageLimits& limits = {});
// Numbers from 0 to the file's own largest become 0 … 255, rounded.
Image decode_pnm(Bytes bytes, const std::string& where, const ImageLimits& limits = {});

}  // namespace fovea
