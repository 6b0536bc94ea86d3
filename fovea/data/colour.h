// Changes to a picture's colours, in the definitions of Pillow and torchvision, on floats within a range.
//
// `factor` 1 changes nothing; 0 gives black, the mean gray, the picture without colours, or the smoothed picture. What
// needs three channels leaves pictures of others as they are.
#pragma once

#include "fovea/data/canvas.h"
#include "fovea/data/range.h"

namespace fovea {

void brighten(Canvas& canvas, ValueRange range, float factor);
void change_contrast(Canvas& canvas, ValueRange range, float factor);
void saturate(Canvas& canvas, ValueRange range, float factor);
void turn_hue(Canvas& canvas, float turn);  // a share of the circle, -0.5 … 0.5
void sharpen(Canvas& canvas, ValueRange range, float factor);

void posterize(Canvas& canvas, ValueRange range, int bits);        // of 8, that are kept
void solarize(Canvas& canvas, ValueRange range, float threshold);  // inverts numbers from there on
void stretch_contrast(Canvas& canvas, ValueRange range);           // autocontrast: every channel from black to white
void equalize(Canvas& canvas, ValueRange range);                   // a flat histogram of each channel's bytes

// PyTorch's ColorJitter.
struct JitterOptions {
  double brightness = 0, contrast = 0, saturation = 0;  // factors between 1 - x (at least 0) and 1 + x
  double hue = 0;                                       // turns between -x and x

  template <class Visitor>
  void fields(Visitor& v) {
    v("brightness", brightness);
    v("contrast", contrast);
    v("saturation", saturation);
    v("hue", hue);
  }
};
void check(const JitterOptions& options, const std::string& where);

// Those asked for, in a random order.
void jitter(const JitterOptions& options, ValueRange range, Canvas& canvas, RandomStream& random);

}  // namespace fovea
