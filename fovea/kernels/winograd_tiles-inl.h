// Tiles of maps, read and written at the maps' borders too: included once for each instruction set.
#if defined(FOVEA_KERNELS_WINOGRAD_TILES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FOVEA_KERNELS_WINOGRAD_TILES_INL_H_
#undef FOVEA_KERNELS_WINOGRAD_TILES_INL_H_
#else
#define FOVEA_KERNELS_WINOGRAD_TILES_INL_H_
#endif

#include <algorithm>

#include "fovea/kernels/winograd_loops.h"
#include "fovea/kernels/winograd_transform-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// A square of cells: its first row and column in a map (negative in the padding above and to the left).
struct Place {
  int64_t picture, row, column;
};

// Where the outputs of a tile begin.
HWY_INLINE Place place_of(const WinogradTiles& tiles, int64_t tile) {
  const int64_t in_picture = tile % (tiles.rows() * tiles.columns());
  return {tile / (tiles.rows() * tiles.columns()), in_picture / tiles.columns() * tiles.side,
          in_picture % tiles.columns() * tiles.side};
}

HWY_INLINE bool is_inside(const Layout& map, const Place& place, int64_t size) {
  return place.row >= 0 && place.column >= 0 && place.row + size <= map.h && place.column + size <= map.w;
}

// Values of T at the points, of one vector of channels at `place`; cells outside the map are zero. values: where the
// vector's value at the first point goes, and from one point to the next.
template <class T, int kInput, class D>
HWY_INLINE void transform_cells(D d, const Layout& map, const float* numbers, Place place, int64_t channel, float* values,
                                int64_t point) {
  const auto store = [&](int row, int column, hn::Vec<D> value) HWY_ATTR {
    hn::StoreU(value, d, values + (row * kInput + column) * point);
  };
  if (is_inside(map, place, T::kIn)) {
    const float* at = numbers + map.offset(place.picture, place.row, place.column, channel);
    const int64_t row_step = map.w * map.block, column_step = map.block;
    transform<T>(d, [&](int row, int column) HWY_ATTR { return hn::LoadU(d, at + row * row_step + column * column_step); },
                 store);
    return;
  }
  const auto load = [&](int row, int column) HWY_ATTR {
    const int64_t h = place.row + row, w = place.column + column;
    if (h < 0 || w < 0 || h >= map.h || w >= map.w) return hn::Zero(d);
    return hn::LoadU(d, numbers + map.offset(place.picture, h, w, channel));
  };
  transform<T>(d, load, store);
}

// Values of T, a transform of Tile, at the points, of `count` tiles from the first one on and all channels: (point, panel of so many channels, tile,
// channel). Inputs begin where the padding does, gradients with their outputs.
template <class Tile, class T, class D>
HWY_NOINLINE void transform_tiles(D d, const WinogradTiles& tiles, int64_t first, int64_t count, const Layout& map,
                                  const float* numbers, int64_t panel, float* values) {
  constexpr bool kPads = T::kIn == Tile::kInput;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t t = 0; t < count; ++t) {
    Place place = place_of(tiles, first + t);
    if (kPads) place.row -= tiles.pad_top, place.column -= tiles.pad_left;
    for (int64_t c = 0; c < map.c; c += lanes) {
      const int64_t begin = c / panel * panel, width = std::min(panel, map.c - begin);
      transform_cells<T, Tile::kInput>(d, map, numbers, place, c, values + begin * tiles.chunk + t * width + c - begin, tiles.point(map.c));
    }
  }
}

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
