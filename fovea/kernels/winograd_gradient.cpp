// Winograd's algorithm backward by weights: for every point, the product over a chunk's tiles of inputs and
// gradients, then the transform back to weights; block by block of input and output channels, so that products stay in the cache.
// Chunks are added up in a fixed order: as products where those of all blocks stay in the cache, else as weights.

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

// Channels that a block's products are of.
struct Block {
  int64_t input, inputs, output, outputs;
};

// (point, input channel, output channel) of a block.
template <int kVectors, class D>
HWY_NOINLINE void multiply_points(D d, const WinogradGradient& p, const Block& block, const float* src, const float* diff,
                                  int64_t tiles, bool add, float* products) {
  for (int64_t point = 0; point < p.tiles.points(); ++point)
    product<kVectors>(d, block.inputs, tiles, {src + point * p.tiles.point(p.src.c) + p.tiles.chunk * block.input, 1, block.inputs},
                      {diff + point * p.tiles.point(p.diff_dst.c) + p.tiles.chunk * block.output, 0, block.outputs, p.tiles.point(p.diff_dst.c)},
                      products + point * block.inputs * block.outputs, block.outputs, add);
}

template <class Tile, class D>
HWY_NOINLINE void transform_products(D d, const WinogradGradient& p, const Block& block, const float* products, bool add,
                                     float* diff_weights) {
  const int64_t point = block.inputs * block.outputs, cell = p.src.c * p.diff_dst.c;
  for (int64_t i = 0; i < block.inputs; ++i)
    for (int64_t o = 0; o < block.outputs; o += p.lanes) {
      const float* from = products + i * block.outputs + o;
      float* to = diff_weights + (block.input + i) * p.diff_dst.c + block.output + o;
      transform<typename Tile::WeightsGradient>(
          d, [&](int row, int column) HWY_ATTR { return hn::LoadU(d, from + (row * Tile::kInput + column) * point); },
          [&](int row, int column, hn::Vec<D> value) HWY_ATTR {
            float* const at = to + (row * Tile::kKernel + column) * cell;
            hn::StoreU(add ? hn::Add(value, hn::LoadU(d, at)) : value, d, at);
          });
    }
}

template <class Tile, class D>
void gradient_of(D d, const WinogradGradient& p, const Arguments& arguments) {
  float* src = arguments.out(4);
  float* diff = src + p.src_values();
  float* products = diff + p.diff_values();
  for (int64_t first = 0; first < p.tiles.count(); first += p.tiles.chunk) {
    const int64_t tiles = std::min(p.tiles.chunk, p.tiles.count() - first);
    transform_tiles<Tile, typename Tile::Data>(d, p.tiles, first, tiles, p.src, arguments.in(0), p.inputs, src);
    transform_tiles<Tile, typename Tile::Gradient>(d, p.tiles, first, tiles, p.diff_dst, arguments.in(1), p.outputs(), diff);
    for (int64_t input = 0; input < p.src.c; input += p.inputs)
      for (int64_t output = 0; output < p.diff_dst.c; output += p.outputs()) {
        const Block block = {input, std::min(p.inputs, p.src.c - input), output, std::min(p.outputs(), p.diff_dst.c - output)};
        float* const at = p.keeps_products() ? products + Tile::kPoints * (input * p.diff_dst.c + output * block.inputs) : products;
        const bool add = first > 0 && p.keeps_products(), last = first + tiles == p.tiles.count();
        if (block.outputs > p.lanes)
          multiply_points<2>(d, p, block, src, diff, tiles, add, at);
        else
          multiply_points<1>(d, p, block, src, diff, tiles, add, at);
        if (last || !p.keeps_products()) transform_products<Tile>(d, p, block, at, first > 0 && !p.keeps_products(), arguments.out(2));
      }
  }
  if (arguments.in(3) != nullptr) sum_bias(d, p, arguments.in(1), arguments.out(3));
}

void gradient(const WinogradGradient& p, const Arguments& arguments, const RunContext&, int64_t) {
  with_types_of(p.tiles, p.lanes, [&](auto tile, auto d) { gradient_of<decltype(tile)>(d, p, arguments); });
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
