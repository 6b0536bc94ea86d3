#include "fovea/kernels/penalty.h"

#include "fovea/kernels/loop_kernel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/penalty.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// Terms are added in float over this many elements, then in double.
constexpr int64_t kStretch = 256;

void add_penalty(const PenaltyProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* weights = arguments.in(0);
  float* gradient = arguments.out(1);
  double total = 0;
  for (int64_t start = 0; start < p.elements; start += kStretch) {
    const int64_t count = p.elements - start < kStretch ? p.elements - start : kStretch;
    alignas(64) float terms[HWY_MAX_BYTES / sizeof(float)] = {};
    for_vectors(count, [&](auto d, int64_t i) HWY_ATTR {
      const auto w = hn::LoadU(d, weights + start + i), l1 = hn::Set(d, p.l1), l2 = hn::Set(d, p.l2);
      // |w| grows along sign(w), and 0 stays where it is.
      const auto slope = hn::IfThenElseZero(hn::Ne(w, hn::Zero(d)), hn::CopySign(l1, w));
      const auto added = hn::MulAdd(hn::Add(l2, l2), w, slope);
      hn::StoreU(hn::Add(hn::LoadU(d, gradient + start + i), added), d, gradient + start + i);
      const auto term = hn::MulAdd(hn::Mul(l2, w), w, hn::Mul(l1, hn::Abs(w)));
      hn::StoreU(hn::Add(term, hn::LoadU(d, terms)), d, terms);
    });
    for (const float term : terms) total += static_cast<double>(term);
  }
  *arguments.out<double>(2) = total;
}

Loop<PenaltyProblem> penalty_of_target() { return {add_penalty, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(penalty_of_target);
}  // namespace

KernelPtr add_penalty(const PenaltyProblem& problem) {
  return make_loop_kernel(problem, HWY_DYNAMIC_DISPATCH(penalty_of_target)(), 4);
}

}  // namespace fovea::kernels
#endif
