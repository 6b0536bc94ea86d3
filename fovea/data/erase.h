// Parts of a picture taken away: cutout (DeVries and Taylor 2017) and random erasing (Zhong et al. 2017).
#pragma once

#include <optional>

#include "fovea/data/canvas.h"
#include "fovea/data/crop.h"

namespace fovea {

struct EraseOptions {
  int64_t cutout = 0;  // side of a square around a random pixel, cut off at the edges
  float cutout_fill = 0;
  double random_erasing = 0;  // how likely a box is erased
  Range erasing_area = {0.02, 0.4}, erasing_ratio = {0.3, 1 / 0.3};
  std::optional<float> erasing_fill = {};  // default: every number at random, from black to white

  template <class Visitor>
  void fields(Visitor& v) {
    v("cutout", cutout);
    v("cutout_fill", cutout_fill);
    v("random_erasing", random_erasing);
    v("erasing_area", erasing_area);
    v("erasing_ratio", erasing_ratio);
    v("erasing_fill", erasing_fill);
  }
};
void check(const EraseOptions& options, const std::string& where);

// A square of that side around a random pixel, as far as it lies in the picture.
Box draw_cutout(int64_t side, const Shape& picture, RandomStream& random);

void fill(const Box& box, float value, Canvas& canvas);
void erase(const EraseOptions& options, ValueRange range, Canvas& canvas, RandomStream& random);

}  // namespace fovea
