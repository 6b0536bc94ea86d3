// The fixed order in which oneDNN's convolutions are asked for a problem, and what makes one of them acceptable.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "fovea/kernels/conv.h"
#include "fovea/kernels/onednn.h"

namespace fovea::kernels {

// A problem in the library's words. Weights of grouped convolutions have their groups as a first axis.
struct ConvSizes {
  explicit ConvSizes(const ConvProblem& problem);
  dnnl::memory::dims src, weights, bias, dst;
  dnnl::memory::dims strides, dilates, padding_l, padding_r;
  dnnl::memory::desc keras;  // the weights as Keras orders them

  dnnl::memory::desc any(const dnnl::memory::dims& dims) const;
  dnnl::memory::desc bias_desc(bool there) const;  // empty where there is none
};

// What backward asks for as a hint: a forward primitive of the same problem, in any layout.
dnnl::convolution_forward::primitive_desc forward_hint(const ConvSizes& sizes, bool bias);

// `src` and `dst` stand for diff_src and diff_dst, and `weights` for diff_weights, too.
struct ConvTry {
  std::string name;
  dnnl::memory::desc src, weights, dst;
};
// Weights as insisted on go before any others; for each of them layouts: what is insisted on, any, nChw16c, nChw8c,
// nhwc, nchw.
std::vector<ConvTry> conv_tries(const ConvProblem& problem, const std::optional<Layout>& src,
                                const std::optional<Layout>& dst, const std::optional<WeightsLayout>& weights);

template <class PrimitiveDesc>
struct ConvChosen {
  PrimitiveDesc pd;
  dnnl::memory::desc src_desc, weights_desc, dst_desc;
  Layout src = {}, dst = {};
  bool direct = false;  // neither by im2col nor with src mostly padding
};

// The first try whose implementation is direct; else the first that multiplies matrices (im2col); else the first that
// pads src to more than twice its channels (1 channel in a block of 8: 8 GFLOP/s, im2col 12 to 35); else nothing: a
// reference is refused. `describe` makes a ConvChosen of a try, or throws dnnl::error.
template <class Describe>
auto choose_conv(const std::vector<ConvTry>& tries, std::vector<std::string>& refused, const Describe& describe)
    -> std::optional<decltype(describe(tries[0]))> {
  const onednn::OneThread one;
  std::optional<decltype(describe(tries[0]))> by_product, padded;
  for (const ConvTry& t : tries) {
    try {
      auto chosen = describe(t);
      const std::string implementation = chosen.pd.impl_info_str();
      const auto refuse = [&](const char* reason) {
        refused.push_back(fmt::format("{}: {} {}", t.name, implementation, reason));
      };
      const auto src = onednn::layout_of(chosen.src_desc), dst = onednn::layout_of(chosen.dst_desc);
      if (onednn::is_reference(implementation)) {
        refuse("is slow");
        continue;
      }
      if (!src || !dst || !onednn::blocking(chosen.weights_desc).blocked) {
        refuse("has a layout of its own");
        continue;
      }
      chosen.src = *src;
      chosen.dst = *dst;
      const bool pads = src->padded_channels() > 2 * src->c;
      chosen.direct = !pads && !onednn::is_by_product(implementation);
      if (chosen.direct) return chosen;
      refuse(pads ? "pads src, only if nothing else is there" : "is taken if nothing is direct");
      auto& kept = pads ? padded : by_product;
      if (!kept) kept = chosen;
    } catch (const dnnl::error& error) {
      refused.push_back(fmt::format("{}: {}", t.name, error.what()));
    }
  }
  return by_product ? by_product : padded;
}

// Backward by weights as the library has it, as products of small maps (in layouts of its own), or as a loop
// (conv_weights_loop.h), or nothing with the reason in `refused`.
struct ConvWeightsWishes {
  bool bias = true;
  std::optional<Layout> src = {}, diff_dst = {};
  std::optional<WeightsLayout> diff_weights = {};
};
std::optional<ConvBackwardWeights> library_backward_weights(const ConvProblem& problem, const ConvWeightsWishes& wishes,
                                                            std::vector<std::string>& refused, bool& direct);
std::optional<ConvBackwardWeights> product_backward_weights(const ConvProblem& problem, std::vector<std::string>& refused);
std::optional<ConvBackwardWeights> loop_backward_weights(const ConvProblem& problem, const ConvWeightsWishes& wishes,
                                                         std::vector<std::string>& refused);

// The plain reference as kernels: nhwc, weights in Keras's order.
KernelPtr conv_forward_ref_kernel(const ConvProblem& problem, bool relu, float relu_limit);
KernelPtr conv_backward_data_ref_kernel(const ConvProblem& problem);
KernelPtr conv_backward_weights_ref_kernel(const ConvProblem& problem);

}  // namespace fovea::kernels
