// Scaling, and sums of tensors.
#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/eltwise_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/eltwise_sums.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

void affine(const AffineProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  for_vectors(p.layout.elements(), [&](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(hn::MulAdd(hn::LoadU(d, src + i), hn::Set(d, p.scale), hn::Set(d, p.offset)), d, dst + i);
  });
  if (p.offset != 0) zero_padding(p.layout, dst);
}

void add(const SumProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const size_t count = static_cast<size_t>(p.count);
  float* dst = arguments.out(count);
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    auto sum = hn::LoadU(d, arguments.in(0) + i);
    for (size_t input = 1; input < count; ++input) sum = hn::Add(sum, hn::LoadU(d, arguments.in(input) + i));
    hn::StoreU(sum, d, dst + i);
  });
}

void add_two(const SumProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* a = arguments.in(0);
  const float* b = arguments.in(1);
  float* dst = arguments.out(2);
  for_vectors(p.elements, [&](auto d, int64_t i)
                              HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, dst + i); });
}

void accumulate(const SumProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* src = arguments.in(0);
  float* acc = arguments.out(1);
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    hn::StoreU(hn::Add(hn::LoadU(d, acc + i), hn::LoadU(d, src + i)), d, acc + i);
  });
}

Loop<AffineProblem> affine_of_target() { return {affine, hwy::TargetName(HWY_TARGET)}; }

// count 0: accumulate.
Loop<SumProblem> sum_of_target(int64_t count) {
  return {count == 0 ? accumulate : count == 2 ? add_two : add, hwy::TargetName(HWY_TARGET)};
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(affine_of_target);
HWY_EXPORT(sum_of_target);
}  // namespace

Loop<AffineProblem> affine_loop() { return HWY_DYNAMIC_DISPATCH(affine_of_target)(); }
Loop<SumProblem> add_loop(int64_t count) { return HWY_DYNAMIC_DISPATCH(sum_of_target)(count); }
Loop<SumProblem> accumulate_loop() { return HWY_DYNAMIC_DISPATCH(sum_of_target)(0); }

}  // namespace fovea::kernels
#endif
