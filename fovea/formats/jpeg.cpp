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

Image decode_jpeg(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  Decoder decoder;
  const auto wrong = [&] { return file_error(where, "not a JPEG file that can be read ({})", decoder.message); };
  if (!decoder.read_header(bytes)) throw wrong();
  const auto height = static_cast<int64_t>(decoder.jpeg.output_height);
  const auto width = static_cast<int64_t>(decoder.jpeg.output_width);
  check_image_size(height, width, limits, where);
  const bool cmyk = decoder.jpeg.out_color_space == JCS_CMYK;
  Image image(height, width, cmyk ? 3 : decoder.jpeg.output_components);
  std::vector<uint8_t> row(cmyk ? static_cast<size_t>(width) * 4 : 0);
  if (!decoder.read_rows(image, cmyk ? row.data() : nullptr)) throw wrong();
  return image;
}

}  // namespace fovea
