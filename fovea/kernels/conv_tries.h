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
};

// The first try whose implementation is neither a reference nor a detour through im2col and a product; else the first
// of the latter; else nothing. `describe` makes a ConvChosen of a try, or throws dnnl::error.
template <class Describe>
auto choose_conv(const std::vector<ConvTry>& tries, std::vector<std::string>& refused, const Describe& describe)
    -> std::optional<decltype(describe(tries[0]))> {
  const onednn::OneThread one;
  std::optional<decltype(describe(tries[0]))> by_product;
  for (const ConvTry& t : tries) {
    try {
      auto chosen = describe(t);
      const std::string implementation = chosen.pd.impl_info_str();
      const auto src = onednn::layout_of(chosen.src_desc), dst = onednn::layout_of(chosen.dst_desc);
      if (onednn::is_reference(implementation)) {
        refused.push_back(fmt::format("{}: {} is slow", t.name, implementation));
      } else if (!src || !dst || !onednn::blocking(chosen.weights_desc).blocked) {
        refused.push_back(fmt::format("{}: {} has a layout of its own", t.name, implementation));
      } else {
        chosen.src = *src;
        chosen.dst = *dst;
        if (!implementation.starts_with("gemm")) return chosen;
        refused.push_back(fmt::format("{}: {} only if nothing is direct", t.name, implementation));
        if (!by_product) by_product = chosen;
      }
    } catch (const dnnl::error& error) {
      refused.push_back(fmt::format("{}: {}", t.name, error.what()));
    }
  }
  return by_product;
}

// The plain reference as kernels: nhwc, weights in Keras's order.
KernelPtr conv_forward_ref_kernel(const ConvProblem& problem, bool relu);
KernelPtr conv_backward_data_ref_kernel(const ConvProblem& problem);
KernelPtr conv_backward_weights_ref_kernel(const ConvProblem& problem);

}  // namespace fovea::kernels
