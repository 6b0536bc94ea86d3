// A layer from outside the library, with kernels of its own: one trained factor a channel.
//
// LayerScale of Touvron et al. 2021, "Going deeper with Image Transformers", as a layer of its own.
#pragma once

#include <algorithm>

#include "fovea/kernels/loop_kernel.h"
#include "fovea/layers/layer.h"

// Calls visit(place, channel) for every number of a layout; channels from layout.c on are padding.
template <class Visit>
void visit_channels(const fovea::Layout& layout, Visit visit) {
  const int64_t cells = layout.h * layout.w;
  int64_t place = 0;
  for (int64_t map = 0; map < layout.n * layout.blocks(); ++map)
    for (int64_t cell = 0; cell < cells; ++cell)
      for (int64_t c = 0; c < layout.block; ++c) visit(place++, map % layout.blocks() * layout.block + c);
}

// dst = src · factor, padding stays zero. Arguments: src, factors, dst, scratch.
inline void scale_channels(const fovea::Layout& layout, const fovea::kernels::Arguments& arguments,
                           const fovea::kernels::RunContext&, int64_t) {
  const float *src = arguments.in(0), *factors = arguments.in(1);
  float* dst = arguments.out(2);
  visit_channels(layout, [&](int64_t i, int64_t c) { dst[i] = c < layout.c ? src[i] * factors[c] : 0; });
}

// diff_factors = Σ src · diff_dst over pictures, rows and columns. Arguments: src, diff_dst, diff_factors, scratch.
inline void sum_channels(const fovea::Layout& layout, const fovea::kernels::Arguments& arguments,
                         const fovea::kernels::RunContext&, int64_t) {
  const float *src = arguments.in(0), *diff_dst = arguments.in(1);
  float* diff_factors = arguments.out(2);
  std::fill_n(diff_factors, layout.c, 0.0f);
  visit_channels(layout, [&](int64_t i, int64_t c) {
    if (c < layout.c) diff_factors[c] += src[i] * diff_dst[i];
  });
}

struct ChannelScaleOptions {
  fovea::Initializer initializer = fovea::InitializerKind::ones;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("initializer", initializer);
  }
};

// y = x · factor of the channel; the parameter "factors" has one number for each place of the last axis.
class ChannelScale final : public fovea::LayerOf<ChannelScale, ChannelScaleOptions> {
 public:
  static constexpr const char* kType = "ChannelScale";
  using LayerOf::LayerOf;

  fovea::Shape infer(std::span<const fovea::Shape> src) const override { return only(src, 0); }
  std::vector<fovea::ParameterSpec> parameters(std::span<const fovea::Shape> src) const override {
    return {{"factors", {src[0].back()}, options_.initializer}};
  }

  void plan(fovea::Planner& planner) const override {
    using namespace fovea;
    const Value src = planner.src(), dst = planner.dst(src.layout);
    const auto plain = kernels::WeightsLayout::plain({src.layout.c});
    const auto scale = kernels::make_loop_kernel<Layout>(src.layout, {scale_channels}, 4);
    planner.step("scale", scale, {in(src), in(planner.weights(0, plain)), out(dst)});
    if (!planner.wants_gradients()) return;
    planner.backward([=, &planner] {
      const Value diff_dst = planner.diff_dst(src.layout);
      if (planner.trains(0)) {
        const auto sum = kernels::make_loop_kernel<Layout>(src.layout, {sum_channels}, 4);
        planner.step("scale backward weights", sum, {in(src), in(diff_dst), out(planner.gradient(0, plain))});
      }
      if (planner.wants_diff_src())
        planner.step("scale backward data", scale,
                     {in(diff_dst), in(planner.weights(0, plain)), out(planner.diff_src(0, src.layout))});
    });
  }
};
