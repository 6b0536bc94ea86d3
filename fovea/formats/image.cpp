#include "fovea/formats/image.h"

#include "fovea/base/error.h"
#include "fovea/formats/bmp_pnm.h"
#include "fovea/formats/exif.h"
#include "fovea/formats/jpeg.h"
#include "fovea/formats/png.h"
#include "fovea/formats/webp.h"

namespace fovea {
namespace {

struct Format {
  bool (*is)(Bytes beginning);
  ImageHeader (*header)(Bytes bytes, const std::string& where, const ImageLimits& limits);
  Image (*decode)(Bytes bytes, const std::string& where, const DecodeOptions& options, Image memory);
};

template <Image (*decode)(Bytes, const std::string&, const ImageLimits&)>
Image whole(Bytes bytes, const std::string& where, const DecodeOptions& options, Image) {
  return decode(bytes, where, options.limits);
}

constexpr Format kFormats[] = {{is_jpeg, jpeg_header, decode_jpeg},
                               {is_png, png_header, whole<decode_png>},
                               {is_webp, webp_header, whole<decode_webp>},
                               {is_bmp, bmp_header, whole<decode_bmp>},
                               {is_pnm, pnm_header, whole<decode_pnm>}};

// Formats that people hand over and that are not read, so that the message can name them.
const char* other_format(std::string_view text) {
  if (text.starts_with("GIF8")) return "a GIF file";
  if (text.starts_with("II*") || text.starts_with(std::string_view("MM\0*", 4))) return "a TIFF file";
  if (text.size() >= 12 && text.substr(4, 4) == "ftyp") return "a HEIC, AVIF or video file";
  if (text.size() >= 2 && text[0] == 'P' && text[1] >= '1' && text[1] <= '7') return "another kind of PNM file";
  if (text.starts_with("<")) return "a text file";
  if (text.empty()) return "an empty file";
  return "a file of another kind";
}

const Format& format_of(Bytes bytes, const std::string& where) {
  for (const Format& format : kFormats)
    if (format.is(bytes)) return format;
  throw file_error(where, "not a picture that can be read (got {}, expected {})", other_format(as_text(bytes)),
                   kImageFormats);
}

}  // namespace

const char* const kImageFormats = "PNG, JPEG, WebP, BMP, PPM or PGM";

void check_image_size(int64_t height, int64_t width, const ImageLimits& limits, const std::string& where) {
  if (height < 1 || width < 1) throw file_error(where, "the picture is empty (got {}x{} pixels)", width, height);
  if (height > limits.side || width > limits.side || height > limits.pixels / width)
    throw file_error(where, "the picture is too large (got {}x{} pixels, expected at most {} a side and {} in all)",
                     width, height, limits.side, limits.pixels);
}

Image decode_image(Bytes bytes, const std::string& where, const DecodeOptions& options, Image memory) {
  const Format& format = format_of(bytes, where);
  const int orientation = exif_orientation(bytes);
  DecodeOptions own = options;
  if (swaps_sides(orientation)) std::swap(own.least_height, own.least_width);
  return turned_upright(format.decode(bytes, where, own, std::move(memory)), orientation);
}

ImageHeader read_image_header(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  ImageHeader header = format_of(bytes, where).header(bytes, where, limits);
  if (swaps_sides(exif_orientation(bytes))) std::swap(header.height, header.width);
  return header;
}

}  // namespace fovea
