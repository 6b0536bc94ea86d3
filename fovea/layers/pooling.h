// What maximum and average pooling share: options, shape rule, and their plan.
#pragma once

#include "fovea/kernels/pool.h"
#include "fovea/layers/layer.h"

namespace fovea {

struct Pooling2DOptions {
  Size2 pool_size = {2, 2};
  std::optional<Size2> strides = {};  // default: pool_size
  Padding padding = Padding::valid;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("pool_size", pool_size);
    v("strides", strides);
    v("padding", padding);
  }
};

// valid: oh = floor((h - ph) / sh) + 1, what is left over is dropped; same: oh = ceil(h / sh).
Shape pooled(const Shape& src, const Pooling2DOptions& options, const std::string& where);
kernels::PoolProblem pool_problem(kernels::PoolAlgorithm algorithm, const Pooling2DOptions& options, const Layout& src,
                                  const Shape& dst);

}  // namespace fovea
