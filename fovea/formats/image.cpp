#include "fovea/formats/image.h"

#include "fovea/base/error.h"
#include "fovea/formats/jpeg.h"
#include "fovea/formats/png.h"

namespace fovea {
namespace {

// Formats that people hand over and that are not read, so that the message can name them.
const char* other_format(std::string_view text) {
  if (text.starts_with("GIF8")) return "a GIF file";
  if (text.starts_with("BM")) return "a BMP file";
  if (text.starts_with("RIFF") && text.size() >= 12 && text.substr(8, 4) == "WEBP") return "a WebP file";
  if (text.starts_with("II*") || text.starts_with(std::string_view("MM\0*", 4))) return "a TIFF file";
  if (text.starts_with("<")) return "a text file";
  if (text.empty()) return "an empty file";
  return "a file of another kind";
}

}  // namespace

void check_image_size(int64_t height, int64_t width, const ImageLimits& limits, const std::string& where) {
  if (height < 1 || width < 1) throw file_error(where, "the picture is empty (got {}x{} pixels)", width, height);
  if (height > limits.side || width > limits.side || height > limits.pixels / width)
    throw file_error(where, "the picture is too large (got {}x{} pixels, expected at most {} a side and {} in all)",
                     width, height, limits.side, limits.pixels);
}

Image decode_image(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  if (is_png(bytes)) return decode_png(bytes, where, limits);
  if (is_jpeg(bytes)) return decode_jpeg(bytes, where, limits);
  throw file_error(where, "not a picture that can be read (got {}, expected PNG or JPEG)",
                   other_format(as_text(bytes)));
}

}  // namespace fovea
