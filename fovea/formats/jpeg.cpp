#include "fovea/formats/jpeg.h"

#include <csetjmp>
#include <cstdio>
#include <cstring>

#include <jerror.h>
#include <jpeglib.h>

#include "fovea/base/error.h"

namespace fovea {
namespace {

// A progressive file may have any number of scans, each of which costs a pass over the whole picture.
constexpr int kMaxScans = 500;

// libjpeg reports errors by a call that must not return. Everything with a destructor lives outside the functions that
// call setjmp, so that the jump skips none.
struct Decoder {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX] = "";

  Decoder() {
    jpeg.err = jpeg_std_error(&errors);
    jpeg.client_data = this;
    errors.error_exit = fatal;
    errors.emit_message = emit;
    progress.progress_monitor = watch;
  }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { jpeg_destroy_decompress(&jpeg); }

  [[noreturn]] static void fatal(j_common_ptr common) {
    auto* self = static_cast<Decoder*>(common->client_data);
    common->err->format_message(common, self->message);
    std::longjmp(self->back, 1);
  }
  // Small damage is passed over, as by Pillow; a file that ends early is refused.
  static void emit(j_common_ptr common, int level) {
    if (level < 0 && common->err->msg_code == JWRN_JPEG_EOF) fatal(common);
  }
  static void watch(j_common_ptr common) {
    auto* self = static_cast<Decoder*>(common->client_data);
    if (self->jpeg.input_scan_number <= kMaxScans) return;
    std::snprintf(self->message, sizeof self->message, "more than %d scans", kMaxScans);
    std::longjmp(self->back, 1);
  }

  Error wrong(const std::string& where) const {
    return file_error(where, "not a JPEG file that can be read ({})", message);
  }

  bool read_header(Bytes bytes) {
    if (setjmp(back)) return false;
    jpeg_create_decompress(&jpeg);
    jpeg.progress = &progress;
    jpeg_mem_src(&jpeg, bytes.data(), static_cast<unsigned long>(bytes.size()));
    jpeg_read_header(&jpeg, TRUE);
    if (jpeg.jpeg_color_space == JCS_GRAYSCALE) {
      jpeg.out_color_space = JCS_GRAYSCALE;
    } else if (jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK) {
      jpeg.out_color_space = JCS_CMYK;
    } else {
      jpeg.out_color_space = JCS_RGB;
    }
    return true;
  }
  // The smallest of 1/1, 1/2, 1/4 and 1/8 that keeps these sides, rounded up; whole where they are 0.
  bool choose_size(int64_t least_height, int64_t least_width) {
    if (setjmp(back)) return false;
    jpeg.scale_num = jpeg.scale_denom = 1;
    if (least_height > 0 && least_width > 0)
      while (jpeg.scale_denom < 8 && jpeg.image_height >= least_height * 2 * jpeg.scale_denom &&
             jpeg.image_width >= least_width * 2 * jpeg.scale_denom)
        jpeg.scale_denom *= 2;
    jpeg_calc_output_dimensions(&jpeg);
    return true;
  }
  // Rows of gray or RGB go straight into the picture, those of CMYK through `cmyk`, which holds one.
  bool read_rows(Image& image, uint8_t* cmyk) {
    if (setjmp(back)) return false;
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
      uint8_t* dst = image.row(jpeg.output_scanline);
      JSAMPROW row = cmyk != nullptr ? cmyk : dst;
      jpeg_read_scanlines(&jpeg, &row, 1);
      if (cmyk != nullptr) cmyk_to_rgb(cmyk, dst, image.width);
    }
    jpeg_finish_decompress(&jpeg);
    return true;
  }

  // Both inks and black are stored as 255 - ink: what is left of the light is their product.
  static void cmyk_to_rgb(const uint8_t* src, uint8_t* dst, int64_t pixels) {
    for (int64_t i = 0; i < pixels; ++i, src += 4, dst += 3) {
      for (int c = 0; c < 3; ++c) {
        const int light = src[3], ink = 255 - src[c];
        const int product = ink * light + 128;  // divided by 255, rounded
        dst[c] = static_cast<uint8_t>(light - ((product + (product >> 8)) >> 8));
      }
    }
  }
};

}  // namespace

bool is_jpeg(Bytes beginning) { return as_text(beginning).starts_with("\xff\xd8\xff"); }

ImageHeader jpeg_header(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  Decoder decoder;
  if (!decoder.read_header(bytes)) throw decoder.wrong(where);
  const jpeg_decompress_struct& jpeg = decoder.jpeg;
  check_image_size(jpeg.image_height, jpeg.image_width, limits, where);
  return {jpeg.image_height, jpeg.image_width, jpeg.out_color_space == JCS_GRAYSCALE ? 1 : 3};
}

Image decode_jpeg(Bytes bytes, const std::string& where, const DecodeOptions& options, Image image) {
  Decoder decoder;
  if (!decoder.read_header(bytes)) throw decoder.wrong(where);
  const jpeg_decompress_struct& jpeg = decoder.jpeg;
  check_image_size(jpeg.image_height, jpeg.image_width, options.limits, where);
  if (!decoder.choose_size(options.least_height, options.least_width)) throw decoder.wrong(where);
  const bool cmyk = jpeg.out_color_space == JCS_CMYK;
  image.become(jpeg.output_height, jpeg.output_width, cmyk ? 3 : jpeg.output_components);
  std::vector<uint8_t> row(cmyk ? static_cast<size_t>(image.width) * 4 : 0);
  if (!decoder.read_rows(image, cmyk ? row.data() : nullptr)) throw decoder.wrong(where);
  return image;
}

}  // namespace fovea
