// A picture seen through an affine map: rotated, moved, sheared, zoomed, flipped.
//
// The pixel (row, column) of dst is taken from a place in src, between pixels by bilinear interpolation; what lies
// outside src is made by a fill mode. Places and their rounding are scipy.ndimage's (order 1, or 0 for the nearest
// pixel), which is what Keras's ImageDataGenerator calls, coordinates in double.
#pragma once

#include <cstdint>

#include "fovea/kernels/fill_mode.h"

namespace fovea::kernels {

// Where a pixel of dst comes from: in[0] · row + in[1] · column + in[2] for both coordinates.
struct AffineMap {
  double row[3] = {1, 0, 0};
  double column[3] = {0, 1, 0};

  // Only flips and moves by whole pixels: nothing is interpolated.
  bool is_whole() const;
};

struct Resample {
  int64_t h = 0, w = 0, c = 0;  // of src
  int64_t oh = 0, ow = 0;       // of dst
  AffineMap map = {};
  FillMode fill = FillMode::nearest;
  float cval = 0;
  bool interpolate = true;
};

// Floats behind the picture that src has to have room for; they are written over.
constexpr int64_t resample_spare(int64_t channels) { return channels + 4; }

// Both nhwc. Allocates nothing. Pictures have fewer than 2^31 numbers.
void resample(const Resample& problem, float* src, float* dst);

}  // namespace fovea::kernels
