// Random parts of a picture: moved within a frame (He et al. 2015), or of random size and ratio and brought to the
// picture's size again (Szegedy et al. 2015; torchvision's RandomCrop and RandomResizedCrop).
#pragma once

#include <optional>

#include "fovea/data/canvas.h"
#include "fovea/data/range.h"

namespace fovea {

struct CropOptions {
  int64_t crop_padding = 0;                           // pixels around the picture, out of which one of its size is cut
  float crop_fill = 0;                                // what they are
  std::optional<Range> resized_crop = {};             // share of the area
  Range resized_crop_ratio = {3.0 / 4.0, 4.0 / 3.0};  // width over height

  template <class Visitor>
  void fields(Visitor& v) {
    v("crop_padding", crop_padding);
    v("crop_fill", crop_fill);
    v("resized_crop", resized_crop);
    v("resized_crop_ratio", resized_crop_ratio);
  }
};
void check(const CropOptions& options, const std::string& where);

struct Box {
  int64_t top = 0, left = 0, height = 0, width = 0;
  int64_t area() const { return height * width; }
};

// The part whose area and ratio are drawn; after ten that do not fit, the largest middle part of an allowed ratio.
Box draw_crop(const Range& area, const Range& ratio, const Shape& picture, RandomStream& random);

void apply_crop(const Box& box, Canvas& canvas);  // brought to the canvas's size: bilinear, half-pixel centres
void crop(const CropOptions& options, Canvas& canvas, RandomStream& random);

}  // namespace fovea
