// Two-dimensional convolution (cross-correlation, as Keras's Conv2D): forward, and backward by data and by weights.
//
// Kernels are tried in a fixed order by shape: Winograd's (winograd.h), then the library's direct ones. Each may refuse
// with a reason, and a library implementation whose name begins with "ref" is refused because it is slow. The plain reference (conv_ref.h) serves where nothing else does, so
// choosing never fails for a problem that passes `check`.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fovea/kernels/kernel.h"
#include "fovea/kernels/weights_layout.h"
#include "fovea/tensor/layout.h"

namespace fovea::kernels {

struct ConvProblem {
  int64_t n = 1;
  int64_t ic = 1, ih = 1, iw = 1;
  int64_t oc = 1, oh = 1, ow = 1;
  int64_t kh = 1, kw = 1;
  int64_t sh = 1, sw = 1;                  // strides
  int64_t dh = 1, dw = 1;                  // dilation, 1 = dense
  int64_t pt = 0, pb = 0, pl = 0, pr = 0;  // zero padding: top, bottom, left, right
  int64_t groups = 1;
  // Pictures of the whole batch that the n are a tile of (0: n). Kernels are chosen by it, so that all tiles agree.
  int64_t batch = 0;
  bool winograd = true;   // may be served by Winograd's algorithm
  bool training = false;  // weights change behind every batch: what is made of them is made again

  Shape weights_shape() const { return {kh, kw, ic / groups, oc}; }
};
// Throws Error (usage) where the sizes do not fit one another.
void check(const ConvProblem& problem);

// A layout worth insisting on, one in blocks: others would only steer the choice to a slower kernel.
inline std::optional<Layout> in_blocks(const Layout& layout) {
  if (layout.block == 8 || layout.block == 16) return layout;
  return {};
}

// Forward: dst = conv(src, weights) + bias, then min(limit, max(0, ·)) where `relu`.
// Arguments: src, weights, bias (null without), dst, scratch.
struct ConvForwardOptions {
  bool bias = true;
  bool relu = false;
  float relu_limit = std::numeric_limits<float>::infinity();  // with relu: min(limit, ·) behind it
  std::optional<Layout> src = {};             // insist on this layout of src; else the kernel picks
  std::optional<WeightsLayout> weights = {};  // a direct kernel is to take this layout of weights; else it picks
};
struct ConvForward {
  KernelPtr kernel;
  Layout src, dst;
  WeightsLayout weights;
  std::vector<std::string> refused;  // what was tried before, with reasons
};
ConvForward conv_forward(const ConvProblem& problem, const ConvForwardOptions& options = {});

// Backward by data: diff_src = the gradient of src (written, not added).
// Arguments: diff_dst, weights, diff_src, scratch.
struct ConvBackwardData {
  KernelPtr kernel;
  Layout diff_dst, diff_src;
  WeightsLayout weights;
  std::vector<std::string> refused;
};
ConvBackwardData conv_backward_data(const ConvProblem& problem, std::optional<Layout> diff_dst = {});

// Backward by weights: diff_weights and diff_bias (written, not added), sums over the n pictures. The padding of
// diff_weights is written as zero.
// Arguments: src, diff_dst, diff_weights, diff_bias (null without), scratch.
// `diff_weights` asks for that layout; the answer tells which one it became.
struct ConvBackwardWeights {
  KernelPtr kernel;
  Layout src, diff_dst;
  WeightsLayout diff_weights;
  std::vector<std::string> refused;
};
ConvBackwardWeights conv_backward_weights(const ConvProblem& problem, bool bias, std::optional<Layout> src = {},
                                          std::optional<Layout> diff_dst = {},
                                          std::optional<WeightsLayout> diff_weights = {});

}  // namespace fovea::kernels
