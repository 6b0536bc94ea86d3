#include "fovea/formats/decoder_versions.h"

#include <fmt/format.h>

#include <cstdio>  // jpeglib.h needs it

#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>

namespace fovea {

std::string decoder_versions() {
  const int webp = WebPGetDecoderVersion();
  return fmt::format("libjpeg-turbo {}.{}.{}, libpng {}, libwebp {}.{}.{}", LIBJPEG_TURBO_VERSION_NUMBER / 1000000,
                     LIBJPEG_TURBO_VERSION_NUMBER / 1000 % 1000, LIBJPEG_TURBO_VERSION_NUMBER % 1000,
                     png_get_libpng_ver(nullptr), webp >> 16, webp >> 8 & 0xff, webp & 0xff);
}

}  // namespace fovea
