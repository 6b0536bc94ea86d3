// Weights of 3x3 and 5x5 kernels at the points of Winograd's algorithm: once for every change of the weights.
#include "fovea/kernels/winograd_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/winograd_weights.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/winograd_transform-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

template <class Tile, class D>
void weights_of(D d, const WinogradWeights& p, const float* keras, float* values) {
  constexpr int64_t kCells = Tile::kKernel * Tile::kKernel;
  const int64_t depth = p.depth();
  for (int64_t first = 0; first < p.width();) {
    const int64_t panel = std::min(kWinogradPanel * p.lanes, p.width() - first);
    float* panel_values = values + Tile::kPoints * depth * first;
    for (int64_t k = 0; k < depth; ++k)
      for (int64_t v = 0; v < panel; v += p.lanes) {
        HWY_ALIGN float turned[kCells * hn::MaxLanes(D())];
        if (p.turned)
          for (int64_t cell = 0; cell < kCells; ++cell)
            for (int64_t i = 0; i < p.lanes; ++i)
              turned[cell * p.lanes + i] = keras[((kCells - 1 - cell) * p.ic + first + v + i) * p.oc + k];
        const float* cells = p.turned ? turned : keras + k * p.oc + first + v;
        const int64_t cell = p.turned ? p.lanes : p.ic * p.oc;
        transform<typename Tile::Weights>(
            d, [&](int row, int column) HWY_ATTR { return hn::LoadU(d, cells + (row * Tile::kKernel + column) * cell); },
            [&](int row, int column, hn::Vec<D> value) HWY_ATTR {
              hn::StoreU(value, d, panel_values + ((row * Tile::kInput + column) * depth + k) * panel + v);
            });
      }
    first += panel;
  }
}

void weights(const WinogradWeights& p, const Arguments& arguments, const RunContext&, int64_t) {
  with_types_of(p, p.lanes, [&](auto tile, auto d) { weights_of<decltype(tile)>(d, p, arguments.in(0), arguments.out(1)); });
}

Loop<WinogradWeights> loop() { return {weights, hwy::TargetName(HWY_TARGET), "winograd"}; }
int64_t lanes() { return static_cast<int64_t>(hn::Lanes(hn::CappedTag<float, 16>())); }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(loop);
HWY_EXPORT(lanes);
}  // namespace

Loop<WinogradWeights> winograd_weights_loop_of_cpu() { return HWY_DYNAMIC_DISPATCH(loop)(); }
int64_t winograd_lanes_of_cpu() { return HWY_DYNAMIC_DISPATCH(lanes)(); }

}  // namespace fovea::kernels
#endif
