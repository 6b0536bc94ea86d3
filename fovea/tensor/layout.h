// How the activations of a few pictures lie in memory: channels in blocks.
//
// Logical element (n, h, w, c) of a map with c channels lies at
//
//   (((n * blocks + c / block) * h_size + h) * w_size + w) * block + c % block,    blocks = ceil(channels / block)
//
// which is oneDNN's nChw8c or nChw16c for block 8 or 16, nhwc for block = channels, nchw for block 1. Channels above the
// last one, where the block does not divide them, are padding: zero, and kept zero by every kernel.
// A vector of features is a map of 1x1, always plain (block = channels).
#pragma once

#include <cstdint>
#include <string>

#include "fovea/tensor/dtype.h"
#include "fovea/tensor/shape.h"

namespace fovea {

struct Layout {
  int64_t n = 0, h = 1, w = 1, c = 0;
  int64_t block = 0;
  DType dtype = DType::f32;

  // nhwc, Keras's order.
  static Layout plain(int64_t n, int64_t h, int64_t w, int64_t c) { return {n, h, w, c, c, DType::f32}; }
  static Layout features(int64_t n, int64_t features) { return plain(n, 1, 1, features); }
  static Layout blocked(int64_t n, int64_t h, int64_t w, int64_t c, int64_t block) { return {n, h, w, c, block, DType::f32}; }

  // The layout of n pictures of a shape: (h, w, c) or (features); other ranks count leading axes as rows.
  static Layout plain_of(int64_t n, const Shape& shape);

  int64_t blocks() const { return (c + block - 1) / block; }
  int64_t padded_channels() const { return blocks() * block; }
  int64_t elements() const { return n * h * w * padded_channels(); }
  int64_t picture_elements() const { return h * w * padded_channels(); }
  size_t bytes() const { return static_cast<size_t>(elements()) * size_of(dtype); }
  int64_t offset(int64_t in, int64_t ih, int64_t iw, int64_t ic) const {
    return (((in * blocks() + ic / block) * h + ih) * w + iw) * block + ic % block;
  }
  // Every element's place is also its place in nhwc.
  bool is_plain() const { return block == c || (h * w == 1 && c % block == 0); }

  // The same bytes in the same order (a map of 1x1 or of one channel has several names for one order).
  bool operator==(const Layout& o) const {
    if (n != o.n || h != o.h || w != o.w || c != o.c || dtype != o.dtype) return false;
    return block == o.block || (is_plain() && o.is_plain());
  }
};

// "8x30x30x32 nChw8c", "8x1024 nc".
std::string to_string(const Layout& layout);

}  // namespace fovea
