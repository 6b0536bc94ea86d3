// Backward by weights, the kernels in their order: Winograd's; products of small maps; without AVX-512 the loop, the library's,
// the reference; with AVX-512, where the library's reaches 85 % of a core's peak, its direct ones, the loop, its others, the
// reference.
#include "fovea/kernels/conv_tries.h"
#include "fovea/kernels/conv_weights_loop.h"
#include "fovea/kernels/cpu.h"
#include "fovea/kernels/winograd.h"

namespace fovea::kernels {
namespace {

using Primitive = dnnl::convolution_backward_weights;

ConvBackwardWeights reference_backward_weights(const ConvProblem& p) {
  const ConvSizes s(p);
  return {.kernel = conv_backward_weights_ref_kernel(p),
          .src = Layout::plain(p.n, p.ih, p.iw, p.ic),
          .diff_dst = Layout::plain(p.n, p.oh, p.ow, p.oc),
          .diff_weights = onednn::weights_layout(p.weights_shape(), s.keras, s.keras),
          .refused = {}};
}

// oneDNN 2.6's strided pointwise kernel for AVX2 gathers src of few channels, one after the other, eight at a time into memory
// that it booked for as many as there are.
bool overruns_scratch(const ConvProblem& p, const Primitive::primitive_desc& pd) {
  const auto src = onednn::layout_of(pd.src_desc());
  return std::string_view(pd.impl_info_str()).starts_with("jit_1x1") && p.sh * p.sw > 1 && p.ic % 8 != 0 && src && src->padded_channels() == p.ic;
}

}  // namespace

std::optional<ConvBackwardWeights> library_backward_weights(const ConvProblem& problem, const ConvWeightsWishes& wishes,
                                                            std::vector<std::string>& refused, bool& direct) {
  const ConvSizes s(problem);
  const dnnl::memory::desc diff_bias = s.bias_desc(wishes.bias);
  const auto hint = forward_hint(s, wishes.bias);
  const auto describe = [&](const ConvTry& t) {
    const auto pd = onednn::describe_backward<Primitive>(
        hint, onednn::attributes(), dnnl::algorithm::convolution_direct, t.src, t.weights, diff_bias, t.dst, s.strides,
        s.dilates, s.padding_l, s.padding_r);
    if (overruns_scratch(problem, pd)) throw dnnl::error(dnnl_unimplemented, "writes beyond its scratch memory");
    return ConvChosen<Primitive::primitive_desc>{pd, pd.src_desc(), pd.diff_weights_desc(), pd.diff_dst_desc()};
  };
  const auto tries = conv_tries(problem, wishes.src, wishes.diff_dst, wishes.diff_weights);
  const auto c = choose_conv(tries, refused, describe);
  direct = c && c->direct;
  if (!c) return {};
  const onednn::OneThread one;
  return ConvBackwardWeights{.kernel = onednn::primitive_kernel(Primitive(c->pd), c->pd.impl_info_str(),
                                                                {{DNNL_ARG_SRC, c->src_desc},
                                                                 {DNNL_ARG_DIFF_DST, c->dst_desc},
                                                                 {DNNL_ARG_DIFF_WEIGHTS, c->weights_desc},
                                                                 {DNNL_ARG_DIFF_BIAS, diff_bias}},
                                                                c->pd.scratchpad_desc()),
                             .src = c->src,
                             .diff_dst = c->dst,
                             .diff_weights = onednn::weights_layout(problem.weights_shape(), s.keras, c->weights_desc),
                             .refused = {}};
}

std::optional<ConvBackwardWeights> loop_backward_weights(const ConvProblem& problem, const ConvWeightsWishes& wishes,
                                                         std::vector<std::string>& refused) {
  // What is not insisted on is as forward has it.
  ConvForward forward;
  if (!wishes.src || !wishes.diff_dst || !wishes.diff_weights)
    forward = conv_forward(problem, {.src = wishes.src, .weights = wishes.diff_weights});
  ConvBackwardWeights answer{.kernel = nullptr,
                             .src = wishes.src.value_or(forward.src),
                             .diff_dst = wishes.diff_dst.value_or(forward.dst),
                             .diff_weights = wishes.diff_weights ? *wishes.diff_weights : forward.weights.home(),
                             .refused = {}};
  std::string reason;
  answer.kernel = conv_weights_loop(problem, wishes.bias, answer.src, answer.diff_dst, answer.diff_weights, reason);
  if (answer.kernel) return answer;
  refused.push_back(reason);
  return {};
}

ConvBackwardWeights conv_backward_weights(const ConvProblem& problem, bool bias, std::optional<Layout> src,
                                          std::optional<Layout> diff_dst, std::optional<WeightsLayout> diff_weights) {
  check(problem);
  const ConvWeightsWishes wishes{bias, src, diff_dst, diff_weights};
  std::vector<std::string> refused;
  std::optional<ConvBackwardWeights> answer = winograd_backward_weights(problem, wishes, refused);
  bool direct = false;
  if (!answer) answer = product_backward_weights(problem, refused);
  if (!answer && !instruction_set().starts_with("AVX512")) answer = loop_backward_weights(problem, wishes, refused);
  if (!answer) {
    answer = library_backward_weights(problem, wishes, refused, direct);
    if (!direct && instruction_set().starts_with("AVX512"))
      if (auto loop = loop_backward_weights(problem, wishes, refused)) answer = std::move(loop);
  }
  if (!answer) answer = reference_backward_weights(problem);
  answer->refused = std::move(refused);
  return *answer;
}

}  // namespace fovea::kernels
