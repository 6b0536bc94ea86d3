#include "fovea/formats/bmp_pnm.h"

#include <algorithm>
#include <cctype>
#include <climits>
#include <memory>

#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_NO_SIMD
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#endif
#include <stb_image.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include "fovea/base/error.h"

namespace fovea {
namespace {

struct Free {
  void operator()(void* memory) const { stbi_image_free(memory); }
};

Error wrong_bmp(const std::string& where) {
  const char* why = stbi_failure_reason();
  return file_error(where, "not a BMP file that can be read ({})", why != nullptr ? why : "libstb");
}

// Asked before pixels are read: behind a file's end libstb reads zeros, or leaves memory as it is.
void check_length(Bytes bytes, uint64_t least, const std::string& where) {
  if (bytes.size() > INT_MAX) throw file_error(where, "the file is too long (got {} bytes)", bytes.size());
  if (bytes.size() < least)
    throw file_error(where, "the file ends early (got {} bytes, expected at least {})", bytes.size(), least);
}

uint32_t little_endian(Bytes bytes, size_t at, size_t width) {
  uint32_t value = 0;
  for (size_t i = 0; i < width; ++i) value |= uint32_t{bytes[at + i]} << (8 * i);
  return value;
}

// "P6 WIDTH HEIGHT LARGEST" and one byte of space; a comment goes from # to the line's end.
struct PnmHeader {
  int64_t width, height, channels, largest;
  size_t data;

  static PnmHeader parse(Bytes bytes, const std::string& where, const ImageLimits& limits) {
    size_t at = 2;
    const auto next = [&](const char* what, int64_t most) {
      while (at < bytes.size() && (std::isspace(bytes[at]) != 0 || bytes[at] == '#')) {
        if (bytes[at] == '#')
          while (at < bytes.size() && bytes[at] != '\n' && bytes[at] != '\r') ++at;
        else
          ++at;
      }
      int64_t value = 0;
      const size_t begin = at;
      for (; at < bytes.size() && std::isdigit(bytes[at]) != 0 && value <= INT_MAX; ++at)
        value = value * 10 + (bytes[at] - '0');
      if (at == begin || value < 1 || value > most)
        throw file_error(where, "not a PPM or PGM file that can be read (its {} is not from 1 to {})", what, most);
      return value;
    };
    PnmHeader header{.width = next("width", INT_MAX),
                     .height = next("height", INT_MAX),
                     .channels = bytes[1] == '5' ? 1 : 3,
                     .largest = next("largest number", 65535),
                     .data = 0};
    header.data = at + 1;
    check_image_size(header.height, header.width, limits, where);
    return header;
  }

  uint64_t bytes() const {
    return static_cast<uint64_t>(width) * static_cast<uint64_t>(height * channels) * (largest > 255 ? 2 : 1);
  }
};

}  // namespace

bool is_bmp(Bytes beginning) { return as_text(beginning).starts_with("BM"); }

ImageHeader bmp_header(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  check_length(bytes, 30, where);
  const uint32_t data = little_endian(bytes, 10, 4), header = little_endian(bytes, 14, 4);
  const bool old = header == 12;
  const auto side = [&](size_t at) {
    return old ? int64_t{little_endian(bytes, at, 2)} : int64_t{static_cast<int32_t>(little_endian(bytes, at, 4))};
  };
  const int64_t width = side(18), height = std::abs(side(old ? 20 : 22));  // negative: rows from the top
  check_image_size(height, width, limits, where);
  const auto bits = static_cast<int64_t>(little_endian(bytes, old ? 24 : 28, 2));
  if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32)
    throw file_error(where, "not a BMP file that can be read (got {} bits a pixel)", bits);
  if (data < uint64_t{14} + header)
    throw file_error(where, "not a BMP file that can be read (its pixels begin inside its header)");
  int columns = 0, rows = 0, channels = 0;
  if (stbi_info_from_memory(bytes.data(), static_cast<int>(std::min<size_t>(bytes.size(), INT_MAX)), &columns, &rows,
                            &channels) == 0)
    throw wrong_bmp(where);
  const int64_t row = (width * bits + 31) / 32 * 4;
  check_length(bytes, data + static_cast<uint64_t>(row * height), where);
  return {height, width, 3};
}

Image decode_bmp(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  const ImageHeader header = bmp_header(bytes, where, limits);
  int width = 0, height = 0, channels = 0;
  const std::unique_ptr<stbi_uc, Free> pixels(
      stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &width, &height, &channels, 3));
  if (!pixels || width != header.width || height != header.height) throw wrong_bmp(where);
  Image image(header.height, header.width, 3);
  std::copy_n(pixels.get(), image.pixels.size(), image.pixels.data());
  return image;
}

bool is_pnm(Bytes beginning) {
  return beginning.size() >= 3 && beginning[0] == 'P' && (beginning[1] == '5' || beginning[1] == '6') &&
         (std::isspace(beginning[2]) != 0 || beginning[2] == '#');
}

ImageHeader pnm_header(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  const PnmHeader header = PnmHeader::parse(bytes, where, limits);
  check_length(bytes, header.data + header.bytes(), where);
  return {header.height, header.width, header.channels};
}

Image decode_pnm(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  const PnmHeader header = PnmHeader::parse(bytes, where, limits);
  check_length(bytes, header.data + header.bytes(), where);
  Image image(header.height, header.width, header.channels);
  const uint8_t* data = bytes.data() + header.data;
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    // Of two bytes the upper one comes first.
    const int64_t number = header.largest > 255 ? data[2 * i] << 8 | data[2 * i + 1] : data[i];
    image.pixels[i] =
        static_cast<uint8_t>((std::min(number, header.largest) * 510 + header.largest) / (2 * header.largest));
  }
  return image;
}

}  // namespace fovea
