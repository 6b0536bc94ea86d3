// Which libraries decode pictures: other versions may give other pixels.
#pragma once

#include <string>

namespace fovea {

// "libjpeg-turbo 2.1.5, libpng 1.6.39, libwebp 1.2.4"
std::string decoder_versions();

}  // namespace fovea
