// Folders of small picture files, made here.
#pragma once

#include <sys/stat.h>

#include <string>

#include "fovea/base/file.h"
#include "fovea/formats/image.h"
#include "fovea/formats/png.h"

namespace fovea {

// Every number is `value`, but for the first of each channel, which count up.
inline Image plain_image(int64_t height, int64_t width, int64_t channels, uint8_t value) {
  Image image(height, width, channels);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  for (int64_t c = 0; c < channels; ++c) image.pixels[static_cast<size_t>(c)] = static_cast<uint8_t>(value + c);
  return image;
}

inline void write_picture(const std::string& path, const Image& image) {
  create_folders(path.substr(0, path.rfind('/')));
  save_png(path, image);
}

}  // namespace fovea
