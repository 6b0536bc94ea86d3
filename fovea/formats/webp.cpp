#include "fovea/formats/webp.h"

#include <webp/decode.h>
#include <webp/encode.h>

#include <memory>

#include "fovea/base/error.h"

namespace fovea {

bool is_webp(Bytes beginning) {
  const std::string_view text = as_text(beginning);
  return text.size() >= 12 && text.starts_with("RIFF") && text.substr(8, 4) == "WEBP";
}

ImageHeader webp_header(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  WebPBitstreamFeatures features;
  const VP8StatusCode status = WebPGetFeatures(bytes.data(), bytes.size(), &features);
  if (status != VP8_STATUS_OK)
    throw file_error(where, "not a WebP file that can be read ({})",
                     status == VP8_STATUS_NOT_ENOUGH_DATA ? "the file ends early" : "its header is damaged");
  if (features.has_animation != 0) throw file_error(where, "a moving picture (expected a still one)");
  check_image_size(features.height, features.width, limits, where);
  return {features.height, features.width, 3};
}

Image decode_webp(Bytes bytes, const std::string& where, const ImageLimits& limits) {
  const ImageHeader header = webp_header(bytes, where, limits);
  Image image(header.height, header.width, 3);
  if (WebPDecodeRGBInto(bytes.data(), bytes.size(), image.pixels.data(), image.pixels.size(),
                        static_cast<int>(image.width * 3)) == nullptr)
    throw file_error(where, "not a WebP file that can be read (the file ends early or is damaged)");
  return image;
}

std::string encode_webp(const Image& image, int quality) {
  Image colours;
  const Image* src = &image;
  if (image.channels == 1) {
    colours = Image(image.height, image.width, 3);
    for (size_t i = 0; i < colours.pixels.size(); ++i) colours.pixels[i] = image.pixels[i / 3];
    src = &colours;
  }
  uint8_t* bytes = nullptr;
  const size_t size = WebPEncodeRGB(src->pixels.data(), static_cast<int>(src->width), static_cast<int>(src->height),
                                    static_cast<int>(3 * src->width), static_cast<float>(quality), &bytes);
  const std::unique_ptr<uint8_t, void (*)(void*)> owner(bytes, WebPFree);
  if (size == 0) throw failed_error("webp", "cannot encode a picture (got {}x{})", image.height, image.width);
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace fovea
