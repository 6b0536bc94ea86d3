// Inverted dropout with a mask that depends on the element's address alone.
//
// Element i of a picture (its place in nhwc order) draws word i % 4 of Philox with counter (i / 4, position) and the
// key of (seed, stream, epoch). Words are drawn for a run of cells in nhwc order, many counters at once, and then
// looked up in the order of the layout; drawing costs far more than the detour through the nearest cache.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "fovea/base/random.h"
#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/dropout_loops.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "fovea/kernels/dropout.cpp"
#include "hwy/foreach_target.h"

#include "fovea/kernels/vectors-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fovea::kernels::HWY_NAMESPACE {
namespace {

// The keys of the ten rounds.
struct RoundKeys {
  uint32_t low[10], high[10];
  explicit RoundKeys(std::array<uint32_t, 2> key) {
    for (uint32_t round = 0; round < 10; ++round) {
      low[round] = key[0] + round * 0x9E3779B9u;
      high[round] = key[1] + round * 0xBB67AE85u;
    }
  }
};

#if HWY_TARGET == HWY_SCALAR

void draw(const RoundKeys& keys, uint64_t position, uint64_t first, int64_t count, uint32_t* words) {
  for (uint64_t i = first; i < first + static_cast<uint64_t>(count); ++i, words += 4) {
    const Philox4 drawn = philox({static_cast<uint32_t>(i), static_cast<uint32_t>(i >> 32),
                                  static_cast<uint32_t>(position), static_cast<uint32_t>(position >> 32)},
                                 {keys.low[0], keys.high[0]});
    std::copy(drawn.begin(), drawn.end(), words);
  }
}

#else

constexpr hn::ScalableTag<uint32_t> kD32;
constexpr hn::ScalableTag<uint64_t> kD64;
using V32 = hn::Vec<decltype(kD32)>;

// The four words of some counters: one counter a 64-bit lane, its words in the lanes' lower halves. The upper halves
// hold leftovers, which no product reads and no result keeps.
struct Words {
  V32 w0, w1, w2, w3;
};

HWY_INLINE V32 upper_half(V32 v) { return hn::BitCast(kD32, hn::ShiftRight<32>(hn::BitCast(kD64, v))); }
HWY_INLINE V32 product(V32 a, V32 b) { return hn::BitCast(kD32, hn::MulEven(a, b)); }

// Keys meet the words that are ready early: the chain from product to product is a shift and one xor.
HWY_INLINE Words philox_round(const Words& w, uint32_t low_key, uint32_t high_key) {
  const V32 a = product(w.w0, hn::Set(kD32, 0xD2511F53u)), b = product(w.w2, hn::Set(kD32, 0xCD9E8D57u));
  return {hn::Xor(upper_half(b), hn::Xor(w.w1, hn::Set(kD32, low_key))), b,
          hn::Xor(upper_half(a), hn::Xor(w.w3, hn::Set(kD32, high_key))), a};
}

// The lower halves of `even` and `odd` in turn.
HWY_INLINE V32 weave(V32 even, V32 odd) {
  return hn::OddEven(hn::BitCast(kD32, hn::ShiftLeft<32>(hn::BitCast(kD64, odd))), even);
}

// Writes the words of counters first, first + 1, …: at least `count` of them, four words each.
// Even and odd counters run abreast; four vectors of them measured no faster than these two.
void draw(const RoundKeys& keys, uint64_t position, uint64_t first, int64_t count, uint32_t* words) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(kD32));
  const V32 position_low = hn::Set(kD32, static_cast<uint32_t>(position));
  const V32 position_high = hn::Set(kD32, static_cast<uint32_t>(position >> 32));
  for (int64_t i = 0; i < count; i += lanes, words += 4 * lanes) {
    const auto even_counter =
        hn::Add(hn::Set(kD64, first + static_cast<uint64_t>(i)), hn::ShiftLeft<1>(hn::Iota(kD64, 0)));
    const auto odd_counter = hn::Add(even_counter, hn::Set(kD64, 1));
    Words even{hn::BitCast(kD32, even_counter), upper_half(hn::BitCast(kD32, even_counter)), position_low,
               position_high};
    Words odd{hn::BitCast(kD32, odd_counter), upper_half(hn::BitCast(kD32, odd_counter)), position_low, position_high};
    for (int round = 0; round < 10; ++round) {
      even = philox_round(even, keys.low[round], keys.high[round]);
      odd = philox_round(odd, keys.low[round], keys.high[round]);
    }
    hn::StoreInterleaved4(weave(even.w0, odd.w0), weave(even.w1, odd.w1), weave(even.w2, odd.w2),
                          weave(even.w3, odd.w3), kD32, words);
  }
}

#endif

void run(const DropoutProblem& p, const Arguments& arguments, const RunContext& context, int64_t first_row) {
  const Layout& l = p.layout;
  const int32_t threshold = p.threshold;
  const float scale = p.scale;
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  uint32_t* words = arguments.out<uint32_t>(2);
  const RoundKeys keys(random_key(context.seed, p.stream, static_cast<uint64_t>(context.epoch)));
  const int64_t cells = l.h * l.w, run_cells = p.run_cells();
  for (int64_t n = 0; n < l.n; ++n) {
    const uint64_t position = static_cast<uint64_t>(context.position + first_row + n);
    for (int64_t first = 0; first < cells; first += run_cells) {
      const int64_t run = std::min(run_cells, cells - first);
      const int64_t begin = first * l.c, end = begin + run * l.c;  // elements in nhwc order
      draw(keys, position, static_cast<uint64_t>(begin / 4), (end + 3) / 4 - begin / 4, words);
      for (int64_t b = 0; b < l.blocks(); ++b) {
        const int64_t at = n * l.picture_elements() + (b * cells + first) * l.block;
        const uint32_t* block_words = words + begin % 4 + b * l.block;
        const auto apply = [&](auto d, const uint32_t* word, int64_t i) HWY_ATTR {
          const hn::RebindToSigned<decltype(d)> di;
          const hn::RebindToUnsigned<decltype(d)> du;
          const auto u = hn::BitCast(di, hn::ShiftRight<8>(hn::LoadU(du, word)));
          const auto dropped = hn::RebindMask(d, hn::Lt(u, hn::Set(di, threshold)));
          const auto scaled = hn::Mul(hn::LoadU(d, src + i), hn::Set(d, scale));
          hn::StoreU(hn::IfThenZeroElse(dropped, scaled), d, dst + i);
        };
        if (l.block == l.c) {
          for_vectors(run * l.c, [&](auto d, int64_t i) HWY_ATTR { apply(d, block_words + i, at + i); });
        } else {
          for_vectors(l.block, [&](auto d, int64_t c) HWY_ATTR {
            for (int64_t cell = 0; cell < run; ++cell) apply(d, block_words + cell * l.c + c, at + cell * l.block + c);
          });
        }
      }
    }
  }
}

Loop<DropoutProblem> loop_of_target() { return {run, hwy::TargetName(HWY_TARGET)}; }

}  // namespace
}  // namespace fovea::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fovea::kernels {
namespace {

HWY_EXPORT(loop_of_target);

void copy(const DropoutProblem& p, const Arguments& arguments, const RunContext&, int64_t) {
  if (arguments.in(0) != arguments.in(1)) std::memcpy(arguments.out(1), arguments.in(0), p.layout.bytes());
}

}  // namespace

KernelPtr dropout(const Layout& layout, float rate, uint32_t stream) {
  assert(layout.dtype == DType::f32 && rate >= 0 && rate <= 1 && "dropout of float32 with a rate in [0, 1]");
  DropoutProblem problem{.layout = layout, .stream = stream};
  // In plain layouts cells are as good as elements, and runs need not be whole cells.
  if (layout.is_plain()) problem.layout = Layout::plain(layout.n, 1, layout.h * layout.w * layout.c, 1);
  if (rate == 0) return make_loop_kernel(problem, Loop<DropoutProblem>{copy}, 3);
  problem.threshold = static_cast<int32_t>(std::ceil(static_cast<double>(rate) * 0x1p24));
  problem.scale = rate < 1 ? static_cast<float>(1 / (1 - static_cast<double>(rate))) : 0.0f;
  return make_loop_kernel(problem, HWY_DYNAMIC_DISPATCH(loop_of_target)(), 3, problem.scratch_bytes());
}

}  // namespace fovea::kernels
#endif
