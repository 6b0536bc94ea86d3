// A picture while it is worked on: float32, nhwc, with room for its next state.
#pragma once

#include <utility>
#include <vector>

#include "fovea/tensor/shape.h"

namespace fovea {

// The smallest and largest number that pictures hold: what stands for black and white.
struct ValueRange {
  float low = 0, high = 255;
};

class Canvas {
 public:
  // Keeps its memory where it is large enough. What it holds is undefined.
  void reshape(const Shape& shape);

  const Shape& shape() const { return shape_; }
  int64_t rows() const { return shape_[0]; }
  int64_t columns() const { return shape_[1]; }
  int64_t channels() const { return shape_[2]; }
  int64_t pixels() const { return shape_[0] * shape_[1]; }
  int64_t elements() const { return shape_.elements(); }

  // The picture. A stage writes over it, or writes all of next() and turns the two. Both have room behind them for
  // kernels::resample.
  float* now() { return now_.data(); }
  float* next() { return next_.data(); }
  void turn() { std::swap(now_, next_); }

 private:
  Shape shape_;
  std::vector<float> now_, next_;
};

}  // namespace fovea
