// Vector loops over contiguous floats, for one instruction set: included once for each (see hwy/foreach_target.h).
#if defined(FOVEA_KERNELS_VECTORS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FOVEA_KERNELS_VECTORS_INL_H_
#undef FOVEA_KERNELS_VECTORS_INL_H_
#else
#define FOVEA_KERNELS_VECTORS_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <size_t kLanes, class F>
HWY_INLINE int64_t for_vectors_of(int64_t i, int64_t count, F&& f) {
  const hn::CappedTag<float, kLanes> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (; i + lanes <= count; i += lanes) f(d, i);
  return i;
}

// Calls f(d, i) for vectors of type d that cover [0, count) without overlap: the widest first, the tail with narrower
// ones. Nothing beyond count is read, and a lane's arithmetic is the same in each width.
template <class F>
HWY_INLINE void for_vectors(int64_t count, F&& f) {
  constexpr size_t kMost = HWY_MAX_BYTES / sizeof(float);
  int64_t i = for_vectors_of<kMost>(0, count, f);
  if constexpr (kMost > 8) i = for_vectors_of<8>(i, count, f);
  if constexpr (kMost > 4) i = for_vectors_of<4>(i, count, f);
  if constexpr (kMost > 1) for_vectors_of<1>(i, count, f);
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
