// The loops of Winograd's algorithm: what they work on, and the best of each that the CPU can run.
//
// Tiles of side x side outputs (4x4 of a 3x3 kernel, 2x2 or 4x4 of a 5x5 kernel), each seeing 6x6 or 8x8 inputs, are numbered by
// picture, row, column. Of every tile the values at as many points are computed; then, for each point, tiles x channels is one
// product of matrices. Tiles are taken in chunks whose values stay in an L2 cache.
#pragma once

#include "fovea/kernels/loop_kernel.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// Points at which tiles are known.
constexpr int64_t winograd_points(int64_t kernel, int64_t side) { return (kernel + side - 1) * (kernel + side - 1); }
constexpr int64_t kWinogradPanel = 2;  // vectors of output channels in a panel of transformed weights

// Weights (kernel, kernel, ic, oc) at the points: panels of output channels, in each point after point, input channel after input
// channel. `turned`: as backward by data multiplies them, upside down and with input and output exchanged.
struct WinogradWeights {
  int64_t kernel = 3, side = 4, ic = 0, oc = 0, lanes = 4;
  bool turned = false;

  int64_t depth() const { return turned ? oc : ic; }
  int64_t width() const { return turned ? ic : oc; }
  int64_t elements() const { return winograd_points(kernel, side) * ic * oc; }
  bool operator==(const WinogradWeights&) const = default;
};
// Arguments: weights in Keras's order, weights at the points, scratch.
Loop<WinogradWeights> winograd_weights_loop_of_cpu();

// How maps are cut into tiles: of `h` x `w` outputs; inputs have padding above and to the left.
struct WinogradTiles {
  int64_t kernel = 3, side = 4;  // of outputs
  int64_t pictures = 1, h = 1, w = 1;
  int64_t pad_top = 0, pad_left = 0;
  int64_t chunk = 12;  // tiles a chunk

  int64_t rows() const { return (h + side - 1) / side; }
  int64_t columns() const { return (w + side - 1) / side; }
  int64_t count() const { return pictures * rows() * columns(); }
  int64_t points() const { return winograd_points(kernel, side); }
  // Floats of a chunk's values for so many channels: at one point, with a cache line between it and the next, so that a
  // tile's values at all points do not fall into the same few places of a cache; and in all.
  int64_t point(int64_t channels) const { return chunk * channels + 16; }
  int64_t values(int64_t channels) const { return points() * point(channels); }
};

// Maps to maps: forward, and backward by data.
struct WinogradMaps {
  Layout src, dst;
  WinogradTiles tiles;  // of dst
  bool relu = false;
  int64_t lanes = 4;  // floats a vector

  int64_t src_values() const { return tiles.values(src.c); }
  int64_t dst_values() const { return tiles.values(kWinogradPanel * lanes); }
  size_t scratch_bytes() const { return static_cast<size_t>(src_values() + dst_values()) * sizeof(float); }
};
// Arguments: src, weights at the points, bias (null without), dst, scratch.
Loop<WinogradMaps> winograd_maps_loop_of_cpu();
// Arguments: diff_dst, weights at the points, diff_src, scratch.
Loop<WinogradMaps> winograd_maps_backward_loop_of_cpu();

// Backward by weights. Arguments: src, diff_dst, diff_weights in Keras's order, diff_bias (null without), scratch.
struct WinogradGradient {
  Layout src, diff_dst;
  WinogradTiles tiles;  // of diff_dst
  int64_t inputs = 16;  // input channels of a block of products, in whole vectors
  int64_t lanes = 4;

  int64_t outputs() const { return kWinogradPanel * lanes; }  // its output channels
  int64_t src_values() const { return tiles.values(src.c); }
  int64_t diff_values() const { return tiles.values(diff_dst.c); }
  // Whether the products of all blocks are kept from chunk to chunk, in half of an L2 cache of 1 MiB.
  static constexpr int64_t kMostKept = 36 * 64 * 64;
  bool keeps_products() const { return tiles.points() * src.c * diff_dst.c <= kMostKept; }
  int64_t products() const { return tiles.points() * (keeps_products() ? src.c * diff_dst.c : inputs * outputs()); }
  size_t scratch_bytes() const { return static_cast<size_t>(src_values() + diff_values() + products()) * sizeof(float); }
};
Loop<WinogradGradient> winograd_gradient_loop_of_cpu();

// Floats of the widest vector that these loops use on this CPU.
int64_t winograd_lanes_of_cpu();

}  // namespace fovea::kernels
