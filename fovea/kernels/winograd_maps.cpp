// Winograd's algorithm from maps to maps. A chunk's inputs are transformed once, for all output channels; then, panel of
// output channels by panel, the products at the points and the transform back, with bias and max(0, ·).

// Sums are arrays of vectors, which vectors without a fixed size cannot be in. (SSSE3: as in fovea/CMakeLists.txt.)
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#include "fovea/kernels/winograd_loops.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/winograd_maps.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/winograd_product-inl.h"
#include "fovea/kernels/winograd_tiles-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// One panel's outputs, from the products on.
template <class Tile, class D>
HWY_NOINLINE void transform_outputs(D d, const WinogradMaps& p, const float* values, int64_t panel_width, int64_t first,
                                    int64_t tiles, int64_t channel, const float* bias, float* dst) {
  const int64_t point = p.tiles.point(panel_width);
  const int64_t row_step = p.dst.w * p.dst.block, column_step = p.dst.block;
  for (int64_t c = 0; c < panel_width; c += p.lanes) {
    const auto shift = bias != nullptr ? hn::LoadU(d, bias + channel + c) : hn::Zero(d);
    // A NaN stays, where it is compared with zero.
    const auto least = hn::Set(d, p.relu ? 0.0f : -std::numeric_limits<float>::infinity());
    for (int64_t t = 0; t < tiles; ++t) {
      const Place place = place_of(p.tiles, first + t);
      const float* from = values + t * panel_width + c;
      float* to = dst + p.dst.offset(place.picture, place.row, place.column, channel + c);
      const int64_t rows = std::min(p.tiles.side, p.dst.h - place.row);
      const int64_t columns = std::min(p.tiles.side, p.dst.w - place.column);
      transform<typename Tile::Output>(
          d, [&](int row, int column) HWY_ATTR { return hn::LoadU(d, from + (row * Tile::kInput + column) * point); },
          [&](int row, int column, hn::Vec<D> value) HWY_ATTR {
            if (row >= rows || column >= columns) return;
            const auto y = hn::Add(value, shift);
            hn::StoreU(hn::IfThenElse(hn::Lt(y, least), least, y), d, to + row * row_step + column * column_step);
          });
    }
  }
}

// Input channels whose weights, of one point and panel, stay in an L1 cache for all rows of a product.
constexpr int64_t kDepth = 128;

template <int kVectors, class D>
void multiply_points(D d, const WinogradMaps& p, const float* values, const float* weights, int64_t tiles, float* products) {
  const int64_t width = kVectors * p.lanes;
  for (int64_t point = 0; point < p.tiles.points(); ++point)
    for (int64_t first = 0; first < p.src.c; first += kDepth) {
      const int64_t depth = std::min(kDepth, p.src.c - first);
      product<kVectors>(d, tiles, depth, {values + point * p.tiles.point(p.src.c) + first, p.src.c, 1},
                        {weights + (point * p.src.c + first) * width, 0, width, depth * width}, products + point * p.tiles.point(width), width, first > 0);
    }
}

struct Pointers {
  const float *src, *weights, *bias;
  float *dst, *scratch;
};

template <class Tile, class D>
void maps_of(D d, const WinogradMaps& p, const Pointers& at) {
  float* const values = at.scratch;
  float* const products = values + p.src_values();
  for (int64_t first = 0; first < p.tiles.count(); first += p.tiles.chunk) {
    const int64_t tiles = std::min(p.tiles.chunk, p.tiles.count() - first);
    transform_tiles<Tile, typename Tile::Data>(d, p.tiles, first, tiles, p.src, at.src, p.src.c, values);
    for (int64_t channel = 0; channel < p.dst.c;) {
      const float* weights = at.weights + Tile::kPoints * p.src.c * channel;
      const int64_t width = std::min(kWinogradPanel * p.lanes, p.dst.c - channel);
      if (width > p.lanes)
        multiply_points<2>(d, p, values, weights, tiles, products);
      else
        multiply_points<1>(d, p, values, weights, tiles, products);
      transform_outputs<Tile>(d, p, products, width, first, tiles, channel, at.bias, at.dst);
      channel += width;
    }
  }
}

void maps(const WinogradMaps& p, const Pointers& at) {
  with_types_of(p.tiles, p.lanes, [&](auto tile, auto d) { maps_of<decltype(tile)>(d, p, at); });
}

void forward(const WinogradMaps& p, const Arguments& a, const RunContext&, int64_t) {
  maps(p, {a.in(0), a.in(1), a.in(2), a.out(3), a.out(4)});
}
void backward(const WinogradMaps& p, const Arguments& a, const RunContext&, int64_t) {
  maps(p, {a.in(0), a.in(1), nullptr, a.out(2), a.out(3)});
}

Loop<WinogradMaps> forward_loop() { return {forward, hwy::TargetName(HWY_TARGET), "winograd"}; }
Loop<WinogradMaps> backward_loop() { return {backward, hwy::TargetName(HWY_TARGET), "winograd"}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {
HWY_EXPORT(forward_loop);
HWY_EXPORT(backward_loop);
}  // namespace

Loop<WinogradMaps> winograd_maps_loop_of_cpu() { return HWY_DYNAMIC_DISPATCH(forward_loop)(); }
Loop<WinogradMaps> winograd_maps_backward_loop_of_cpu() { return HWY_DYNAMIC_DISPATCH(backward_loop)(); }

}  // namespace fovea::kernels
#endif
