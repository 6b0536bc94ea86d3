// Row by row: a row's cells that both sides have are one run of memory.
#include "fovea/kernels/crop.h"

#include <algorithm>

#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

struct CropProblem {
  Layout src, dst;
  int64_t top = 0, left = 0;
};

void run(const CropProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  const int64_t block = p.dst.block;
  // Columns [begin, end) of dst are columns of src too.
  const int64_t begin = std::clamp<int64_t>(-p.left, 0, p.dst.w), end = std::clamp(p.src.w - p.left, begin, p.dst.w);
  for (int64_t n = 0; n < p.dst.n; ++n)
    for (int64_t channel = 0; channel < p.dst.c; channel += block)
      for (int64_t h = 0; h < p.dst.h; ++h) {
        float* row = dst + p.dst.offset(n, h, 0, channel);
        const bool within = h + p.top >= 0 && h + p.top < p.src.h && begin < end;
        const int64_t first = within ? begin : p.dst.w, last = within ? end : p.dst.w;
        std::fill(row, row + first * block, 0.0f);
        if (within)
          std::copy_n(src + p.src.offset(n, h + p.top, begin + p.left, channel), (last - first) * block, row + first * block);
        std::fill(row + last * block, row + p.dst.w * block, 0.0f);
      }
}

}  // namespace

KernelPtr crop(const Layout& src, const Layout& dst, int64_t top, int64_t left) {
  assert(src.dtype == DType::f32 && dst.dtype == DType::f32 && src.n == dst.n && src.c == dst.c && src.block == dst.block &&
         "a map keeps its pictures, channels and block");
  return make_loop_kernel(CropProblem{src, dst, top, left}, Loop<CropProblem>{run}, 3);
}

}  // namespace fovea::kernels
