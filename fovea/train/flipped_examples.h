// Examples seen in a mirror: left and right exchanged.
#pragma once

#include <algorithm>

#include "fovea/train/examples.h"

namespace fovea {

// `examples` outlives it.
class FlippedExamples final : public Examples {
 public:
  explicit FlippedExamples(const Examples& examples) : examples_(examples) {}

  int64_t size() const override { return examples_.size(); }
  const Shape& shape() const override { return examples_.shape(); }
  int64_t classes() const override { return examples_.classes(); }
  int32_t label(int64_t i) const override { return examples_.label(i); }
  void expect(int64_t i) const override { examples_.expect(i); }
  void picture(int64_t i, float* dst) const override {
    examples_.picture(i, dst);
    const int64_t rows = shape()[0], columns = shape()[1], channels = shape()[2];
    for (int64_t y = 0; y < rows; ++y, dst += columns * channels)
      for (int64_t left = 0, right = columns - 1; left < right; ++left, --right)
        std::swap_ranges(dst + left * channels, dst + (left + 1) * channels, dst + right * channels);
  }

 private:
  const Examples& examples_;
};

}  // namespace fovea
