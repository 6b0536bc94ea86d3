// Writes dst in order and reads src by strides.
#include "fovea/kernels/permute.h"

#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

// An axis of dst: its size, and how far apart its elements lie in src.
struct PermutedAxis {
  int64_t size = 0, stride = 0;
};
using PermuteProblem = std::vector<PermutedAxis>;

float* write(const PermutedAxis* axis, const PermutedAxis* last, const float* src, float* dst) {
  for (int64_t i = 0; i < axis->size; ++i, src += axis->stride) {
    if (axis == last) *dst++ = *src;
    else dst = write(axis + 1, last, src, dst);
  }
  return dst;
}

void run(const PermuteProblem& axes, const Arguments& arguments, const RunContext&, int64_t) {
  write(axes.data(), &axes.back(), arguments.in(0), arguments.out(1));
}

}  // namespace

KernelPtr permute(int64_t pictures, const Shape& src, const std::vector<int>& axes) {
  assert(static_cast<int>(axes.size()) == src.rank() && "an order of all axes");
  PermuteProblem problem = {{pictures, src.elements()}};
  for (const int axis : axes) {
    int64_t stride = 1;
    for (int below = axis + 1; below < src.rank(); ++below) stride *= src[below];
    problem.push_back({src[axis], stride});
  }
  return make_loop_kernel(std::move(problem), Loop<PermuteProblem>{run}, 3);
}

std::vector<int> inverse_order(const std::vector<int>& axes) {
  std::vector<int> inverse(axes.size());
  for (size_t i = 0; i < axes.size(); ++i) inverse[static_cast<size_t>(axes[i])] = static_cast<int>(i);
  return inverse;
}

}  // namespace fovea::kernels
