// Makes a picture fit a model: its channels, then its size.
//
// Colour becomes gray as by Pillow's convert("L") (ITU-R 601), gray becomes colour by repetition. Sizes are changed as
// `Resizing` says: Keras's bilinear has half-pixel centres, no antialiasing, edges repeated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fovea/data/pillow_filter.h"
#include "fovea/data/resizing.h"
#include "fovea/tensor/shape.h"

namespace fovea {

// The way from one shape (h, w, c) to another, worked out once. fit() is const and may be called by several threads; what
// it needs in between is kept by each thread. Numbers are 0 … 255 in and out where they were bytes; float32 pictures keep
// their scale.
class PictureFit {
 public:
  // Throws where the channels cannot be converted: only 1 and 3 can.
  PictureFit(const Shape& src, const Shape& dst, Resizing resizing, const std::string& where);

  const Shape& src() const { return src_; }
  const Shape& dst() const { return dst_; }
  bool same() const { return src_ == dst_; }  // nothing to do but make floats of bytes

  // Nothing is rounded, except as Pillow's filters round bytes.
  void fit(const uint8_t* src, float* dst) const;
  void fit(const float* src, float* dst) const;
  void fit(const uint8_t* src, uint8_t* dst) const;  // rounded

 private:
  // Between which two rows (or columns) of the source a row of the result lies, and how far; -1 is a black bar.
  struct Between {
    int64_t lower, upper;
    float share;
  };
  std::vector<Between> between(int64_t src, int64_t offset, int64_t window, int64_t dst) const;
  template <class T>
  const T* converted(const T* src, std::vector<T>& scratch) const;
  void prepare_colours();
  size_t interpolate_colours(const uint8_t* src, float* dst) const;
  size_t interpolate_colours_avx2(const uint8_t* src, float* dst) const;
  template <class T, class Put>
  void interpolate(const T* src, Put put) const;
  template <class T>
  void interpolate_row(const T* src, int64_t row, float* dst) const;
  template <class T, class D, class Rounded>
  void fit_between(const T* src, D* dst, Rounded rounded) const;
  template <class T>
  void copy_channels(T* dst) const;

  Shape src_, dst_;
  Resizing resizing_;
  int64_t channels_ = 0;  // that are not copies
  std::vector<Between> rows_, columns_;
  // Of the columns that are computed as vectors: where their lower pixel begins in a row, and four times the share.
  size_t quick_columns_ = 0;
  std::vector<int32_t> offsets_;
  std::vector<float> shares_;
  std::optional<PillowFilter> filter_;
};

}  // namespace fovea
