#include "fovea/kernels/winograd.h"

#include <algorithm>
#include <cmath>

#include "fovea/kernels/cpu.h"
#include "fovea/kernels/onednn.h"

namespace fovea::kernels {
namespace {

// Values of a chunk of tiles: half of an L2 cache of 1 MiB.
constexpr int64_t kChunkFloats = (512 << 10) / 4;
// But at least so many tiles, which share the reading of weights; where products are not kept, their transform.
constexpr int64_t kLeastChunk = 24, kLeastGradientChunk = 64;
// Input channels of such a block, whole vectors: with two vectors of output channels, the points fill a quarter of that cache.
int64_t gradient_inputs(int64_t points) { return points > 36 ? 32 : 48; }
// Fewer products than this a product of matrices do not pay for reading its weights.
constexpr int64_t kLeastTiles = 8;
// More weights than this do not stay in the caches when they are transformed, to four times their size. For 512 x 512,
// behind every batch in training, that takes 2 to 4 ms longer than copying them for a direct convolution, and a tile saves
// 0.29 ms: so many pay where memory is slower, too.
constexpr int64_t kLeastTrainedTiles = 24, kManyWeights = 256 * 256;
// In inference on small pictures nothing else is large: for VGG16 on 32x32, where three such convolutions have a tile a
// picture, it would be 94 MiB besides the weights' 56. So many tiles of a picture are worth it.
constexpr int64_t kLeastTilesOfPicture = 8;
// Products of a direct convolution that one of ours stands for: 4 (of 5x5 kernels 2.8 or 6.3), less where tiles hang over the
// border.
// Below this the transforms cost more than is saved (1 for 6x6 -> 4x4 backward by data: 91 GFLOP/s against 115).
constexpr double kLeastSaving = 1.3;
// Products by tiles of 2x2 outputs for one by tiles of 4x4, from which on the larger transforms pay.
constexpr double kLeastSavingOfLargeTiles = 1.2;

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t pictures_of(const ConvProblem& p) { return p.batch > 0 ? p.batch : p.n; }

// How a picture's map is cut. Tiles of 4x4 outputs of a 5x5 kernel round three times as much as those of 2x2: they are for
// training, where that is little beside the noise of a batch, and for CPUs that round sums of products once.
WinogradTiles tiles_of_picture(const ConvProblem& p, int64_t h, int64_t w) {
  const WinogradTiles tiles{.kernel = p.kh, .h = h, .w = w};
  if (p.kh == 3) return tiles;
  const WinogradTiles small{.kernel = p.kh, .side = 2, .h = h, .w = w};
  const auto products = [](const WinogradTiles& t) { return static_cast<double>(t.count() * t.points()); };
  return p.training && winograd_lanes_of_cpu() >= 8 && kLeastSavingOfLargeTiles * products(tiles) <= products(small) ? tiles : small;
}

// Floats a vector such that both maps' channels and blocks are whole vectors, or 0. Padding channels of what is written
// would stay as they are: there may be none.
int64_t lanes_of(const Layout& src, const Layout& dst) {
  if (dst.padded_channels() != dst.c) return 0;
  int64_t lanes = winograd_lanes_of_cpu();
  for (int64_t size : {src.block, src.c, dst.block})
    while (size % lanes != 0) lanes /= 2;
  return lanes >= 4 ? lanes : 0;
}

// Tiles a chunk, about equal chunks in multiples of the 12 or 6 that a product holds in registers.
int64_t chunk_of(int64_t tiles, int64_t floats_a_tile, int64_t least) {
  const int64_t most = std::max(least, kChunkFloats / floats_a_tile);
  return std::min(tiles, ceil_div(ceil_div(tiles, ceil_div(tiles, most)), 12) * 12);
}

Layout blocked(int64_t n, int64_t h, int64_t w, int64_t c) {
  return Layout::blocked(n, h, w, c, instruction_set().starts_with("AVX512") && c % 16 == 0 ? 16 : 8);
}

// Tiles of 8x8 inputs by a name of their own: they round more.
template <class Problem>
Loop<Problem> named(Loop<Problem> loop, const WinogradTiles& tiles) {
  if (tiles.points() == 64) loop.family = "winograd8x8";
  return loop;
}

// The common refusals; `h`, `w` are the sizes of the maps that are cut into tiles.
bool serves(const ConvProblem& p, int64_t h, int64_t w, std::vector<std::string>& refused) {
  const auto refuse = [&](const char* reason) { return refused.push_back(std::string("winograd: ") + reason), false; };
  if (!p.winograd) return refuse("not wanted");
  if (p.kh != p.kw || (p.kh != 3 && p.kh != 5)) return refuse("only 3x3 and 5x5 kernels");
  if (p.sh != 1 || p.sw != 1 || p.dh != 1 || p.dw != 1 || p.groups != 1) return refuse("no strides, dilation, groups");
  if (std::max({p.pt, p.pl, p.pb, p.pr}) >= p.kh) return refuse("more padding than the kernel is wide");
  const WinogradTiles tiles = tiles_of_picture(p, h, w);
  if (static_cast<double>(p.oh * p.ow * p.kh * p.kw) < kLeastSaving * static_cast<double>(tiles.count() * tiles.points()))
    return refuse("its tiles save too little");
  if (pictures_of(p) * tiles.count() < kLeastTiles) return refuse("too few tiles");
  return true;
}

// The refusals of what reads transformed weights.
bool serves_maps(const ConvProblem& p, int64_t h, int64_t w, std::vector<std::string>& refused) {
  if (!serves(p, h, w, refused)) return false;
  if (p.ic * p.oc <= kManyWeights) return true;
  const int64_t tiles = tiles_of_picture(p, h, w).count();
  if (p.training ? pictures_of(p) * tiles >= kLeastTrainedTiles : tiles >= kLeastTilesOfPicture) return true;
  return refused.push_back("winograd: too few tiles for so many weights"), false;
}

// `outputs` cut into tiles, with values of so many channels to keep of each.
WinogradTiles tiles_of(const ConvProblem& p, const Layout& outputs, int64_t pad_top, int64_t pad_left, int64_t channels,
                       int64_t least_chunk) {
  WinogradTiles tiles = tiles_of_picture(p, outputs.h, outputs.w);
  tiles.pictures = outputs.n;
  tiles.pad_top = pad_top, tiles.pad_left = pad_left;
  tiles.chunk = chunk_of(tiles.count(), tiles.points() * channels, least_chunk);
  return tiles;
}

}  // namespace

WeightsLayout winograd_layout(const WinogradWeights& weights) {
  return WeightsLayout(std::make_shared<WeightsLayout::Impl>(WeightsLayout::Impl{
      .shape = {weights.kernel, weights.kernel, weights.ic, weights.oc}, .keras = {}, .packed = {}, .plain = false, .winograd = weights}));
}

std::optional<ConvForward> winograd_forward(const ConvProblem& p, const ConvForwardOptions& options,
                                            std::vector<std::string>& refused) {
  if (!serves_maps(p, p.oh, p.ow, refused)) return {};
  if (options.relu && std::isfinite(options.relu_limit)) return refused.push_back("winograd: no limit of relu"), std::nullopt;
  const Layout src = options.src.value_or(blocked(p.n, p.ih, p.iw, p.ic)), dst = blocked(p.n, p.oh, p.ow, p.oc);
  const int64_t lanes = lanes_of(src, dst);
  if (lanes == 0) return refused.push_back("winograd: channels are not in whole vectors"), std::nullopt;
  const WinogradMaps maps{.src = src,
                          .dst = dst,
                          .tiles = tiles_of(p, dst, p.pt, p.pl, src.c + kWinogradPanel * lanes, kLeastChunk),
                          .relu = options.relu,
                          .lanes = lanes};
  return ConvForward{.kernel = make_loop_kernel(maps, named(winograd_maps_loop_of_cpu(), maps.tiles), 5, maps.scratch_bytes()),
                     .src = src,
                     .dst = dst,
                     .weights = winograd_layout({.kernel = p.kh, .side = maps.tiles.side, .ic = p.ic, .oc = p.oc, .lanes = lanes}),
                     .refused = {}};
}

std::optional<ConvBackwardData> winograd_backward_data(const ConvProblem& p, const std::optional<Layout>& given,
                                                       std::vector<std::string>& refused) {
  if (!serves_maps(p, p.ih, p.iw, refused)) return {};
  const Layout diff_dst = given.value_or(blocked(p.n, p.oh, p.ow, p.oc)), diff_src = blocked(p.n, p.ih, p.iw, p.ic);
  const int64_t lanes = lanes_of(diff_dst, diff_src);
  if (lanes == 0) return refused.push_back("winograd: channels are not in whole vectors"), std::nullopt;
  const WinogradMaps maps{.src = diff_dst,
                          .dst = diff_src,
                          .tiles = tiles_of(p, diff_src, p.kh - 1 - p.pt, p.kw - 1 - p.pl, diff_dst.c + kWinogradPanel * lanes, kLeastChunk),
                          .lanes = lanes};
  return ConvBackwardData{.kernel = make_loop_kernel(maps, named(winograd_maps_backward_loop_of_cpu(), maps.tiles), 4, maps.scratch_bytes()),
                          .diff_dst = diff_dst,
                          .diff_src = diff_src,
                          .weights = winograd_layout({.kernel = p.kh, .side = maps.tiles.side, .ic = p.ic, .oc = p.oc, .lanes = lanes, .turned = true}),
                          .refused = {}};
}

std::optional<ConvBackwardWeights> winograd_backward_weights(const ConvProblem& p, const ConvWeightsWishes& wishes,
                                                             std::vector<std::string>& refused) {
  if (!serves(p, p.oh, p.ow, refused)) return {};
  // There products are rounded before they are added.
  if (p.kh == 5 && winograd_lanes_of_cpu() < 8) return refused.push_back("winograd: 5x5 is too inexact without fused additions"), std::nullopt;
  const Layout src = wishes.src.value_or(blocked(p.n, p.ih, p.iw, p.ic));
  const Layout diff_dst = wishes.diff_dst.value_or(blocked(p.n, p.oh, p.ow, p.oc));
  const int64_t lanes = lanes_of(src, diff_dst);
  if (lanes == 0) return refused.push_back("winograd: channels are not in whole vectors"), std::nullopt;
  WinogradGradient gradient{.src = src, .diff_dst = diff_dst, .tiles = tiles_of_picture(p, p.oh, p.ow), .lanes = lanes};
  gradient.inputs = gradient_inputs(gradient.tiles.points());
  gradient.tiles = tiles_of(p, diff_dst, p.pt, p.pl, p.ic + p.oc, gradient.keeps_products() ? kLeastChunk : kLeastGradientChunk);
  return ConvBackwardWeights{.kernel = make_loop_kernel(gradient, named(winograd_gradient_loop_of_cpu(), gradient.tiles), 5, gradient.scratch_bytes()),
                             .src = src,
                             .diff_dst = diff_dst,
                             .diff_weights = WeightsLayout::plain(p.weights_shape()),
                             .refused = {}};
}

}  // namespace fovea::kernels
