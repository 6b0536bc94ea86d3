// Pictures that lie in memory one after another, as a plan takes them.
#pragma once

#include <algorithm>
#include <span>

#include "fovea/kernels/kernel.h"

namespace fovea {

class SpanFeed : public kernels::Feed {
 public:
  // `elements` is of one picture; the pictures outlive the feed.
  SpanFeed(std::span<const float> pictures, int64_t elements) : pictures_(pictures), elements_(elements) {}
  void pictures(int64_t first_row, int64_t rows, float* dst) const override {
    std::copy_n(pictures_.data() + first_row * elements_, rows * elements_, dst);
  }

 private:
  std::span<const float> pictures_;
  int64_t elements_;
};

}  // namespace fovea
