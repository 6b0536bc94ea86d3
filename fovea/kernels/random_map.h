// Pictures turned, moved, zoomed, flipped or cut, each by numbers of its own: what Keras's Random… layers do in
// training.
//
// Numbers are drawn uniformly from Philox by (context.seed, stream, context.epoch, context.position + row), as noise is
// (noise.h), and drawn again in backward. Places are those of TensorFlow's ImageProjectiveTransformV3, the constant's
// edge mixed with what is beyond it.
#pragma once

#include <string>

#include "fovea/kernels/kernel.h"
#include "fovea/kernels/resample.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

// What two numbers, each between its bounds, do to a picture.
enum class MapKind {
  flip,        // the first is at most a half: both axes asked for are turned over
  turn,        // by the first, in whole turns, counterclockwise, about the middle
  move,        // by shares of the rows and columns, down and to the right
  zoom,        // by factors of rows and columns; above 1 things shrink
  zoom_alike,  // both by the first
  cut,         // the part from shares of the free rows and columns on
  resize       // nothing is drawn: half-pixel centres
};

struct RandomMapProblem {
  Layout src;              // plain
  int64_t oh = 0, ow = 0;  // of dst
  MapKind kind = MapKind::resize;
  int64_t top = 0, left = 0, h = 0, w = 0;  // the part of src that is there; h 0: all of it
  double low[2] = {0, 0}, high[2] = {1, 1};
  bool flip_rows = false, flip_columns = false;
  FillMode fill = FillMode::nearest;
  float value = 0;
  bool interpolate = true;
  uint32_t stream = 0;

  int64_t rows() const { return h > 0 ? h : src.h; }
  int64_t columns() const { return h > 0 ? w : src.w; }
};

AffineMap map_of(const RandomMapProblem& problem, double first, double second);

// Arguments: src, dst, scratch; diff_dst, diff_src, scratch.
KernelPtr random_map_forward(const RandomMapProblem& problem);
KernelPtr random_map_backward(const RandomMapProblem& problem);

}  // namespace fovea::kernels
