// Makes a picture fit a model: its channels, then its size.
//
// Colour becomes gray as by Pillow's convert("L") (ITU-R 601), gray becomes colour by repetition. Sizes are changed as
// by Keras and tf.image.resize: bilinear, half-pixel centres, no antialiasing, edges repeated; nothing is rounded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fovea/tensor/shape.h"

namespace fovea {

// How a picture of another aspect ratio is brought to size, with Keras's arithmetic.
enum class Resize {
  stretch,  // each axis on its own
  crop,     // the largest middle part of the right ratio (crop_to_aspect_ratio)
  pad       // between black bars (pad_to_aspect_ratio)
};

std::string_view to_string(Resize resize);
Resize parse_resize(const std::string& text, const std::string& where);

// The way from one shape (h, w, c) to another, worked out once. fit() is const, allocates nothing and may be called by
// several threads. Numbers are 0 … 255 in and out where they were bytes; float32 pictures keep their scale.
class PictureFit {
 public:
  // Throws where the channels cannot be converted: only 1 and 3 can.
  PictureFit(const Shape& src, const Shape& dst, Resize resize, const std::string& where);

  const Shape& src() const { return src_; }
  const Shape& dst() const { return dst_; }
  bool same() const { return src_ == dst_; }  // nothing to do but make floats of bytes

  void fit(const uint8_t* src, float* dst) const;
  void fit(const float* src, float* dst) const;

 private:
  // Between which two rows (or columns) of the source a row of the result lies, and how far; -1 is a black bar.
  struct Between {
    int64_t lower, upper;
    float share;
  };
  static std::vector<Between> between(int64_t src, int64_t offset, int64_t window, int64_t dst);
  template <class T>
  void run(const T* src, float* dst) const;

  Shape src_, dst_;
  std::vector<Between> rows_, columns_;
};

}  // namespace fovea
