#include "fovea/kernels/constant.h"

#include <algorithm>

#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

void run(const std::vector<float>& values, const Arguments& arguments, const RunContext&, int64_t) {
  std::copy(values.begin(), values.end(), arguments.out(0));
}

}  // namespace

KernelPtr constant(std::vector<float> values) {
  return make_loop_kernel(std::move(values), Loop<std::vector<float>>{run}, 2);
}

}  // namespace fovea::kernels
