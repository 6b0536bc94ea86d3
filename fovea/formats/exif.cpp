#include "fovea/formats/exif.h"

#include <algorithm>
#include <optional>

#include "fovea/formats/jpeg.h"
#include "fovea/formats/png.h"
#include "fovea/formats/webp.h"

namespace fovea {
namespace {

constexpr uint16_t kOrientation = 0x0112, kShort = 3;

uint32_t number(Bytes bytes, size_t at, size_t width, bool big_endian) {
  uint32_t value = 0;
  for (size_t i = 0; i < width; ++i) value |= uint32_t{bytes[at + i]} << (8 * (big_endian ? width - 1 - i : i));
  return value;
}

// The part at [at, at + size), or what there is of it.
Bytes part(Bytes bytes, size_t at, size_t size) {
  at = std::min(at, bytes.size());
  return bytes.subspan(at, std::min(size, bytes.size() - at));
}

// Segments up to the picture itself: ff, a marker, and a length that counts its own two bytes.
Bytes exif_of_jpeg(Bytes file) {
  constexpr uint8_t kApp1 = 0xe1, kStartOfScan = 0xda;
  for (size_t at = 2; at + 4 <= file.size() && file[at] == 0xff;) {
    if (file[at + 1] == 0xff) {  // padding
      ++at;
      continue;
    }
    const size_t length = number(file, at + 2, 2, true);
    if (file[at + 1] == kStartOfScan || length < 2) break;
    const Bytes content = part(file, at + 4, length - 2);
    if (file[at + 1] == kApp1 && as_text(content).starts_with(std::string_view("Exif\0\0", 6)))
      return content.subspan(6);
    at += 2 + length;
  }
  return {};
}

// Chunks: a length, a name, the content, a checksum.
Bytes exif_of_png(Bytes file) {
  for (size_t at = 8; at + 12 <= file.size();) {
    const size_t length = number(file, at, 4, true);
    if (as_text(file.subspan(at + 4, 4)) == "eXIf") return part(file, at + 8, length);
    if (length > file.size()) break;
    at += 12 + length;
  }
  return {};
}

// Chunks: a name, a length, the content, filled to an even length.
Bytes exif_of_webp(Bytes file) {
  for (size_t at = 12; at + 8 <= file.size();) {
    const size_t length = number(file, at + 4, 4, false);
    if (as_text(file.subspan(at, 4)) == "EXIF") {
      const Bytes content = part(file, at + 8, length);
      return as_text(content).starts_with(std::string_view("Exif\0\0", 6)) ? content.subspan(6) : content;
    }
    if (length > file.size()) break;
    at += 8 + length + length % 2;
  }
  return {};
}

// A TIFF header that says the order of bytes and where the first directory begins; its entries have twelve bytes.
std::optional<int> orientation_in(Bytes tiff) {
  const std::string_view text = as_text(tiff);
  const bool big_endian = text.starts_with(std::string_view("MM\0*", 4));
  if (tiff.size() < 8 || (!big_endian && !text.starts_with(std::string_view("II*\0", 4)))) return std::nullopt;
  const size_t directory = number(tiff, 4, 4, big_endian);
  if (directory + 2 > tiff.size()) return std::nullopt;
  const size_t entries = number(tiff, directory, 2, big_endian);
  for (size_t i = 0, at = directory + 2; i < entries && at + 12 <= tiff.size(); ++i, at += 12)
    if (number(tiff, at, 2, big_endian) == kOrientation && number(tiff, at + 2, 2, big_endian) == kShort)
      return static_cast<int>(number(tiff, at + 8, 2, big_endian));
  return std::nullopt;
}

}  // namespace

int exif_orientation(Bytes file) {
  Bytes tiff;
  if (is_jpeg(file))
    tiff = exif_of_jpeg(file);
  else if (is_png(file))
    tiff = exif_of_png(file);
  else if (is_webp(file))
    tiff = exif_of_webp(file);
  const int orientation = orientation_in(tiff).value_or(1);
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

Image turned_upright(Image image, int orientation) {
  if (orientation == 1) return image;
  // The eight ways: sides swapped or not, then each axis read forwards or backwards.
  const bool swap = swaps_sides(orientation);
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  Image upright(swap ? image.width : image.height, swap ? image.height : image.width, image.channels);
  uint8_t* dst = upright.pixels.data();
  for (int64_t y = 0; y < upright.height; ++y) {
    const int64_t row = from_bottom ? upright.height - 1 - y : y;
    for (int64_t x = 0; x < upright.width; ++x) {
      const int64_t column = from_right ? upright.width - 1 - x : x;
      const uint8_t* src = swap ? image.row(column) + row * image.channels : image.row(row) + column * image.channels;
      dst = std::copy_n(src, image.channels, dst);
    }
  }
  return upright;
}

}  // namespace fovea
