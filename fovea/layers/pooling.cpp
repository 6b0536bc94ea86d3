#include "fovea/layers/pooling.h"

namespace fovea {
namespace {

Window rows_of(const Pooling2DOptions& o, int64_t in) {
  return {.in = in, .kernel = o.pool_size.h, .stride = o.strides.value_or(o.pool_size).h, .padding = o.padding};
}
Window columns_of(const Pooling2DOptions& o, int64_t in) {
  return {.in = in, .kernel = o.pool_size.w, .stride = o.strides.value_or(o.pool_size).w, .padding = o.padding};
}

}  // namespace

Shape pooled(const Shape& src, const Pooling2DOptions& options, const std::string& where) {
  const int64_t oh = rows_of(options, src[0]).out(), ow = columns_of(options, src[1]).out();
  if (oh < 1 || ow < 1)
    throw usage_error(where, "pool_size {} is larger than the picture {}x{}", to_string(options.pool_size), src[0], src[1]);
  return {oh, ow, src[2]};
}

kernels::PoolProblem pool_problem(kernels::PoolAlgorithm algorithm, const Pooling2DOptions& options, const Layout& src,
                                  const Shape& dst) {
  const Window y = rows_of(options, src.h), x = columns_of(options, src.w);
  return {.algorithm = algorithm, .src = src, .oh = dst[0], .ow = dst[1], .kh = y.kernel, .kw = x.kernel,
          .sh = y.stride, .sw = x.stride, .pt = y.before(), .pl = x.before()};
}

}  // namespace fovea
