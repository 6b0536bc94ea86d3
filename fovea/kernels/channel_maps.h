// A layout as work on channels sees it: maps of cells, each cell `block` contiguous channels.
#pragma once

#include <algorithm>
#include <cassert>

#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// Map (i, b) holds channels b · block and on, at offset (i · blocks + b) · cells · block. Plain layouts are one map of
// all rows, so that rows of features run as long as maps of pictures do.
struct ChannelMaps {
  int64_t pictures = 0, blocks = 0, cells = 0, block = 0;

  explicit ChannelMaps(const Layout& layout) {
    assert(layout.dtype == DType::f32 && layout.block > 0 && "loops work on float32");
    if (layout.is_plain()) {
      *this = {1, 1, layout.n * layout.h * layout.w, layout.c};
    } else {
      *this = {layout.n, layout.blocks(), layout.h * layout.w, layout.block};
    }
  }
  int64_t offset(int64_t picture, int64_t b) const { return (picture * blocks + b) * cells * block; }
  int64_t padded_channels() const { return blocks * block; }

 private:
  ChannelMaps(int64_t pictures_, int64_t blocks_, int64_t cells_, int64_t block_)
      : pictures(pictures_), blocks(blocks_), cells(cells_), block(block_) {}
};

// Writes zeros to the channels above the last one.
inline void zero_padding(const Layout& layout, float* data) {
  const int64_t real = layout.c - (layout.blocks() - 1) * layout.block, cells = layout.h * layout.w;
  if (real == layout.block) return;
  for (int64_t n = 0; n < layout.n; ++n) {
    float* map = data + ((n + 1) * layout.blocks() - 1) * cells * layout.block;
    for (int64_t cell = 0; cell < cells; ++cell)
      std::fill(map + cell * layout.block + real, map + (cell + 1) * layout.block, 0.0f);
  }
}

}  // namespace fovea::kernels
