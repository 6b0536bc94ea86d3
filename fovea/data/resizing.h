// How pictures of another size are brought to the wanted one: which part of them, and by which arithmetic. A model is
// saved with the choice that it was trained with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fovea {

// How a picture of another aspect ratio is brought to size, with Keras's arithmetic.
enum class Resize {
  stretch,  // each axis on its own
  crop,     // the largest middle part of the right ratio (crop_to_aspect_ratio)
  pad       // between black bars (pad_to_aspect_ratio)
};

enum class PictureInterpolation {
  bilinear,         // Keras's and tf.image.resize's: between the four nearest pixels, whatever lies between them
  nearest,          // Keras's: the nearest pixel
  pillow_bilinear,  // Pillow's filters: over all pixels that a pixel of the result covers (antialiased), rounded to
                    // bytes
  pillow_bicubic,
  pillow_lanczos
};

struct Resizing {
  Resizing() = default;
  Resizing(Resize how, PictureInterpolation by = PictureInterpolation::bilinear) : resize(how), interpolation(by) {}
  bool operator==(const Resizing&) const = default;

  Resize resize = Resize::stretch;
  PictureInterpolation interpolation = PictureInterpolation::bilinear;
};

std::string_view to_string(Resize resize);
std::string_view to_string(PictureInterpolation interpolation);
const std::vector<std::string>& resize_names();
const std::vector<std::string>& interpolation_names();
// Throw Error (usage) naming what there is.
Resize parse_resize(const std::string& text, const std::string& where);
PictureInterpolation parse_interpolation(const std::string& text, const std::string& where);

}  // namespace fovea
