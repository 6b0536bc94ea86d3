// Numbers are drawn for a row of cells in nhwc order, kept in scratch, and looked up in the order of the layout.
#include "fovea/kernels/noise.h"

#include <algorithm>

#include "fovea/base/random.h"
#include "fovea/kernels/channel_maps.h"
#include "fovea/kernels/loop_kernel.h"

namespace fovea::kernels {
namespace {

struct NoiseProblem {
  Layout layout;
  float amount = 0;  // a rate or a deviation
  uint32_t stream = 0;
  DropoutAxes axes = {};

  // Fates of a picture.
  int64_t mask_h() const { return axes.h ? layout.h : 1; }
  int64_t mask_w() const { return axes.w ? layout.w : 1; }
  int64_t mask_c() const { return axes.c ? layout.c : 1; }
  int64_t fates() const { return mask_h() * mask_w() * mask_c(); }
};

// What is drawn for the pictures of a call.
class Draws {
 public:
  Draws(const NoiseProblem& p, const RunContext& context, int64_t first_row)
      : key_(random_key(context.seed, p.stream, static_cast<uint64_t>(context.epoch))),
        position_(static_cast<uint64_t>(context.position + first_row)) {}

  Philox4 words(int64_t picture, int64_t counter) const {
    const uint64_t position = position_ + static_cast<uint64_t>(picture), at = static_cast<uint64_t>(counter);
    return philox({static_cast<uint32_t>(at), static_cast<uint32_t>(at >> 32), static_cast<uint32_t>(position),
                   static_cast<uint32_t>(position >> 32)},
                  key_);
  }

 private:
  std::array<uint32_t, 2> key_;
  uint64_t position_;
};

// Calls f(offset, count, column, first channel) for the runs of channels in a row of cells.
template <class F>
void for_runs(const Layout& l, int64_t n, int64_t h, F&& f) {
  for (int64_t channel = 0; channel < l.c; channel += l.block)
    for (int64_t w = 0; w < l.w; ++w) f(l.offset(n, h, w, channel), std::min(l.block, l.c - channel), w, channel);
}

void drop(const NoiseProblem& p, const Arguments& arguments, const RunContext& context, int64_t first_row) {
  const Layout& l = p.layout;
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  float* factors = arguments.out(2);
  const Draws draws(p, context, first_row);
  const float kept = p.amount < 1 ? static_cast<float>(1 / (1 - static_cast<double>(p.amount))) : 0.0f;
  for (int64_t n = 0; n < l.n; ++n) {
    for (int64_t k = 0; k < p.fates(); k += 4) {
      const Philox4 words = draws.words(n, k / 4);
      for (size_t i = 0; i < 4; ++i) factors[k + static_cast<int64_t>(i)] = unit_float(words[i]) >= p.amount ? kept : 0.0f;
    }
    for (int64_t h = 0; h < l.h; ++h)
      for_runs(l, n, h, [&](int64_t at, int64_t count, int64_t w, int64_t channel) {
        const float* own = factors + ((p.axes.h ? h : 0) * p.mask_w() + (p.axes.w ? w : 0)) * p.mask_c();
        for (int64_t c = 0; c < count; ++c) {
          const float factor = own[p.axes.c ? channel + c : 0];
          dst[at + c] = factor == 0 ? 0.0f : src[at + c] * factor;
        }
      });
  }
  zero_padding(l, dst);
}

// dst = f(src, z) with the normal number z of each element.
template <class F>
void with_normals(const NoiseProblem& p, const Arguments& arguments, const RunContext& context, int64_t first_row, F&& f) {
  const Layout& l = p.layout;
  const float* src = arguments.in(0);
  float* dst = arguments.out(1);
  float* numbers = arguments.out(2);
  const Draws draws(p, context, first_row);
  const int64_t row = l.w * l.c;
  for (int64_t n = 0; n < l.n; ++n)
    for (int64_t h = 0; h < l.h; ++h) {
      const int64_t first = h * row / 4, skipped = h * row % 4;
      for (int64_t i = 0; i < (skipped + row + 3) / 4; ++i) {
        const std::array<float, 4> drawn = normals(draws.words(n, first + i));
        std::copy(drawn.begin(), drawn.end(), numbers + 4 * i);
      }
      for_runs(l, n, h, [&](int64_t at, int64_t count, int64_t w, int64_t channel) {
        const float* z = numbers + skipped + w * l.c + channel;
        for (int64_t c = 0; c < count; ++c) dst[at + c] = f(src[at + c], z[c]);
      });
    }
  zero_padding(l, dst);
}

void add_normals(const NoiseProblem& p, const Arguments& arguments, const RunContext& context, int64_t first_row) {
  with_normals(p, arguments, context, first_row, [&](float x, float z) { return x + p.amount * z; });
}

void multiply_normals(const NoiseProblem& p, const Arguments& arguments, const RunContext& context, int64_t first_row) {
  with_normals(p, arguments, context, first_row, [&](float x, float z) { return x * (1 + p.amount * z); });
}

// `numbers` are kept at a time, rounded out to whole counters.
KernelPtr kernel_of(const NoiseProblem& problem, LoopFunction<NoiseProblem> function, int64_t numbers) {
  assert(problem.layout.dtype == DType::f32 && problem.amount >= 0 && "noise on float32, of an amount that is not negative");
  return make_loop_kernel(problem, Loop<NoiseProblem>{function}, 3, static_cast<size_t>(numbers + 8) * sizeof(float));
}

}  // namespace

KernelPtr shared_dropout(const Layout& layout, float rate, uint32_t stream, const DropoutAxes& axes) {
  assert(rate <= 1 && "a rate in [0, 1]");
  const NoiseProblem problem = {layout, rate, stream, axes};
  return kernel_of(problem, drop, problem.fates());
}
KernelPtr normal_noise(const Layout& layout, float deviation, uint32_t stream) {
  return kernel_of({layout, deviation, stream}, add_normals, layout.w * layout.c);
}
KernelPtr normal_factors(const Layout& layout, float deviation, uint32_t stream) {
  return kernel_of({layout, deviation, stream}, multiply_normals, layout.w * layout.c);
}

}  // namespace fovea::kernels
