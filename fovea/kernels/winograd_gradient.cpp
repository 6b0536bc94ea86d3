// Winograd's algorithm backward by weights: for every one of the 36 points, the product over all tiles of inputs and
// gradients; at the end the transform back to 3x3. Sums are made in a fixed order, chunk after chunk.

// Sums are arrays of vectors, which vectors without a fixed size cannot be in. (SSSE3: as in fovea/CMakeLists.txt.)
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#include "fovea/kernels/winograd_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/winograd_gradient.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/winograd_product-inl.h"
#include "fovea/kernels/winograd_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

template <class D>
HWY_NOINLINE void sum_bias(D d, const WinogradGradient& p, const float* diff_dst, float* diff_bias) {
  const int64_t cells = p.diff_dst.h * p.diff_dst.w;
  for (int64_t c = 0; c < p.diff_dst.c; c += p.lanes) {
    auto even = hn::Zero(d), odd = hn::Zero(d);
    for (int64_t n = 0; n < p.diff_dst.n; ++n) {
      const float* at = diff_dst + p.diff_dst.offset(n, 0, 0, c);
      int64_t cell = 0;
      for (; cell + 2 <= cells; cell += 2, at += 2 * p.diff_dst.block) {
        even = hn::Add(even, hn::LoadU(d, at));
        odd = hn::Add(odd, hn::LoadU(d, at + p.diff_dst.block));
      }
      if (cell < cells) even = hn::Add(even, hn::LoadU(d, at));
    }
    hn::StoreU(hn::Add(even, odd), d, diff_bias + c);
  }
}

template <class D>
HWY_NOINLINE void multiply_points(D d, const WinogradGradient& p, const float* src, const float* diff, int64_t tiles, bool add,
                                  float* sums) {
  const int64_t ic = p.src.c, oc = p.diff_dst.c;
  for (int64_t point = 0; point < kWinogradPoints; ++point) {
    const Operand inputs{src + point * p.tiles.chunk * ic, 1, ic};
    const float* gradients = diff + point * p.tiles.chunk * oc;
    float* to = sums + point * ic * oc;
    int64_t o = 0;
    for (; o + 2 * p.lanes <= oc; o += 2 * p.lanes) product<2>(d, ic, tiles, inputs, {gradients + o, 0, oc}, to + o, oc, add);
    if (o < oc) product<1>(d, ic, tiles, inputs, {gradients + o, 0, oc}, to + o, oc, add);
  }
}

template <class D>
HWY_NOINLINE void transform_sums(D d, const WinogradGradient& p, const float* sums, float* diff_weights) {
  const int64_t matrix = p.src.c * p.diff_dst.c;
  for (int64_t i = 0; i < matrix; i += p.lanes)
    transform<WeightsGradientTransform>(
        d, [&](int row, int column) HWY_ATTR { return hn::LoadU(d, sums + (row * kWinogradInput + column) * matrix + i); },
        [&](int row, int column, hn::Vec<D> value) HWY_ATTR {
          hn::StoreU(value, d, diff_weights + (row * 3 + column) * matrix + i);
        });
}

template <size_t kLanes>
void gradient_of(const WinogradGradient& p, const Arguments& arguments) {
  const hn::CappedTag<float, kLanes> d;
  float* src = arguments.out(4);
  float* diff = src + p.src_values();
  float* sums = diff + p.diff_values();
  for (int64_t first = 0; first < p.tiles.count(); first += p.tiles.chunk) {
    const int64_t tiles = std::min(p.tiles.chunk, p.tiles.count() - first);
    transform_tiles<DataTransform>(d, p.tiles, first, tiles, p.src, arguments.in(0), src);
    transform_tiles<GradientTransform>(d, p.tiles, first, tiles, p.diff_dst, arguments.in(1), diff);
    multiply_points(d, p, src, diff, tiles, first > 0, sums);
  }
  transform_sums(d, p, sums, arguments.out(2));
  if (arguments.in(3) != nullptr) sum_bias(d, p, arguments.in(1), arguments.out(3));
}

void gradient(const WinogradGradient& p, const Arguments& arguments, const RunContext&, int64_t) {
  if (p.lanes == 16)
    gradient_of<16>(p, arguments);
  else if (p.lanes == 8)
    gradient_of<8>(p, arguments);
  else
    gradient_of<4>(p, arguments);
}

Loop<WinogradGradient> loop() { return {gradient, hwy::TargetName(HWY_TARGET), "winograd"}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(loop);
}  // namespace

Loop<WinogradGradient> winograd_gradient_loop_of_cpu() { return HWY_DYNAMIC_DISPATCH(loop)(); }

}  // namespace fovea::kernels
#endif
