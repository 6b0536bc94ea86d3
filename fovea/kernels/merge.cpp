// Several tensors of one layout become one. Padding channels are zero in all of them, and so in what is made of them.
#include "fovea/kernels/merge_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/merge.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// A NaN stays whichever side it is on.
template <Merge kMerge, class V>
HWY_INLINE V merged(V a, V b) {
  if constexpr (kMerge == Merge::subtract) return hn::Sub(a, b);
  if constexpr (kMerge == Merge::multiply) return hn::Mul(a, b);
  if constexpr (kMerge == Merge::average) return hn::Add(a, b);
  const auto keeps = hn::Or(kMerge == Merge::maximum ? hn::Ge(a, b) : hn::Le(a, b), hn::IsNaN(a));
  return hn::IfThenElse(keeps, a, b);
}

template <Merge kMerge>
void forward(const MergeProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  float* dst = arguments.out(p.count);
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    auto result = hn::LoadU(d, arguments.in(0) + i);
    for (size_t input = 1; input < p.count; ++input)
      result = merged<kMerge>(result, hn::LoadU(d, arguments.in(input) + i));
    if constexpr (kMerge == Merge::average) result = hn::Div(result, hn::Set(d, static_cast<float>(p.count)));
    hn::StoreU(result, d, dst + i);
  });
}

template <Merge kMerge>
void backward(const MergeProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  const float* diff_dst = arguments.in(p.count);
  float* diff_src = arguments.out(p.count + 1);
  for_vectors(p.elements, [&](auto d, int64_t i) HWY_ATTR {
    const auto own = hn::LoadU(d, arguments.in(p.index) + i);
    auto diff = hn::LoadU(d, diff_dst + i);
    for (size_t input = 0; input < p.count; ++input) {
      if (input == p.index) continue;
      const auto other = hn::LoadU(d, arguments.in(input) + i);
      const auto above = kMerge == Merge::maximum ? other : own, below = kMerge == Merge::maximum ? own : other;
      diff = hn::IfThenZeroElse(input < p.index ? hn::Ge(above, below) : hn::Gt(above, below), diff);
    }
    hn::StoreU(diff, d, diff_src + i);
  });
}

Loop<MergeProblem> forward_of_target(Merge merge) {
  const char* target = hwy::TargetName(HWY_TARGET);
  switch (merge) {
    case Merge::subtract:
      return {forward<Merge::subtract>, target};
    case Merge::multiply:
      return {forward<Merge::multiply>, target};
    case Merge::average:
      return {forward<Merge::average>, target};
    case Merge::maximum:
      return {forward<Merge::maximum>, target};
    case Merge::minimum:
      return {forward<Merge::minimum>, target};
  }
  return {};
}

Loop<MergeProblem> backward_of_target(Merge merge) {
  return {merge == Merge::maximum ? backward<Merge::maximum> : backward<Merge::minimum>, hwy::TargetName(HWY_TARGET)};
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(forward_of_target);
HWY_EXPORT(backward_of_target);
}  // namespace

KernelPtr merge(Merge merge, const Layout& layout, int64_t count) {
  assert(count > 0 && layout.dtype == DType::f32 && "inputs of float32");
  const auto inputs = static_cast<size_t>(count);
  return make_loop_kernel(MergeProblem{merge, layout.elements(), inputs}, HWY_DYNAMIC_DISPATCH(forward_of_target)(merge),
                          inputs + 2);
}

KernelPtr merge_winner_backward(Merge merge, const Layout& layout, int64_t count, int64_t index) {
  assert((merge == Merge::maximum || merge == Merge::minimum) && index >= 0 && index < count && "an input that may win");
  const auto inputs = static_cast<size_t>(count);
  return make_loop_kernel(MergeProblem{merge, layout.elements(), inputs, static_cast<size_t>(index)},
                          HWY_DYNAMIC_DISPATCH(backward_of_target)(merge), inputs + 3);
}

}  // namespace fovea::kernels
#endif
