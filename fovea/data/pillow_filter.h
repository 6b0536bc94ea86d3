// Pillow's Image.resize: a filter as wide as a pixel of the result, first along rows, then along columns; the other way
// round where many more rows than columns go, as Pillow does since 13. Bytes are computed in its fixed point and
// rounded in between, so that results are its own to the last bit; floats in double.
#pragma once

#include <cstdint>
#include <vector>

#include "fovea/data/resizing.h"

namespace fovea {

// `window` numbers of a canvas from `offset` on become `dst` ones. The canvas is the source's axis of `src` numbers,
// or, where the window is larger, the window itself with the source in it (offset is negative then) and zeros around.
struct FilterAxis {
  FilterAxis(int64_t src, int64_t offset, int64_t window, int64_t dst, PictureInterpolation filter);

  struct Range {
    int32_t first, count;  // of the source's numbers
  };
  int64_t src, canvas, dst;
  int64_t most = 0;  // the longest range
  std::vector<Range> ranges;
  std::vector<double> weights;       // `most` a number of the result
  std::vector<int32_t> fixed_point;  // the same in 22 bits
};

class PillowFilter {
 public:
  PillowFilter(FilterAxis rows, FilterAxis columns, int64_t channels);

  // `scratch` grows to what is needed and may be kept.
  void run(const uint8_t* src, uint8_t* dst, std::vector<uint8_t>& scratch) const;
  void run(const float* src, float* dst, std::vector<float>& scratch) const;

 private:
  template <class T>
  void run_passes(const T* src, T* dst, std::vector<T>& scratch) const;

  FilterAxis rows_, columns_;
  int64_t channels_;
};

}  // namespace fovea
