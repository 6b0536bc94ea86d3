// Sums the lanes' partial gradients, and the squares of the sum.
#include "fovea/kernels/reduce.h"

#include "fovea/kernels/loop_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/reduce.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// Squares are added in float over this many elements, then in double: 16 to 128 additions a float.
constexpr int64_t kStretch = 1024;

void reduce(const ReduceProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const size_t lanes = static_cast<size_t>(p.lanes);
  float* sum = arguments.out(0);
  double total = 0;
  for (int64_t start = 0; start < p.elements; start += kStretch) {
    const int64_t count = p.elements - start < kStretch ? p.elements - start : kStretch;
    alignas(64) float squares[HWY_MAX_BYTES / sizeof(float)] = {};
    for_vectors(count, [&](auto d, int64_t i) HWY_ATTR {
      auto v = hn::LoadU(d, sum + start + i);
      for (size_t lane = 1; lane < lanes; ++lane) v = hn::Add(v, hn::LoadU(d, arguments.in(lane) + start + i));
      if (lanes > 1) hn::StoreU(v, d, sum + start + i);
      hn::StoreU(hn::MulAdd(v, v, hn::LoadU(d, squares)), d, squares);
    });
    for (float square : squares) total += static_cast<double>(square);
  }
  if (arguments.in(lanes) != nullptr) *arguments.out<double>(lanes) = total;
}

Loop<ReduceProblem> reduce_of_target() { return {reduce, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(reduce_of_target);
}  // namespace

KernelPtr reduce(const ReduceProblem& problem) {
  return make_loop_kernel(problem, HWY_DYNAMIC_DISPATCH(reduce_of_target)(), static_cast<size_t>(problem.lanes) + 2);
}

}  // namespace fovea::kernels
#endif
