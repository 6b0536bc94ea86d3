// Forward and backward by data: Winograd's, the library's, else the reference. Backward by weights: conv_backward_weights.cpp.
#include "fovea/kernels/conv.h"

#include "fovea/kernels/conv_tries.h"
#include "fovea/kernels/output_shares.h"
#include "fovea/kernels/winograd.h"

namespace fovea::kernels {
namespace {

using dnnl::algorithm;
using dnnl::prop_kind;
using Forward = dnnl::convolution_forward;
using BackwardData = dnnl::convolution_backward_data;

Layout plain_src(const ConvProblem& p) { return Layout::plain(p.n, p.ih, p.iw, p.ic); }
Layout plain_dst(const ConvProblem& p) { return Layout::plain(p.n, p.oh, p.ow, p.oc); }

// What the library prefers for inference reads small maps' weights again for every picture: half as fast at 4x4.
ConvChosen<Forward::primitive_desc> describe_forward(const ConvSizes& s, const ConvForwardOptions& options, const ConvTry& t) {
  const auto pd = onednn::describe<Forward>(onednn::attributes(options.relu, options.relu_limit), prop_kind::forward_training,
                                            algorithm::convolution_direct, t.src, t.weights, s.bias_desc(options.bias), t.dst,
                                            s.strides, s.dilates, s.padding_l, s.padding_r);
  // oneDNN 2.6's kernel for SSE4.1, taken for AVX too, adds up other channels than a group of three has.
  if (s.weights.size() == 5 && s.weights[2] == 3 && std::string_view(pd.impl_info_str()) == "jit:sse41")
    throw dnnl::error(dnnl_unimplemented, "is wrong for three channels a group");
  return {pd, pd.src_desc(), pd.weights_desc(), pd.dst_desc()};
}

// Maps' layouts that are the library's choice for a tile of usual size, whatever weights live in: the same for all tiles of a
// batch, and for all plans.
std::vector<ConvTry> usual_tries(const ConvProblem& problem, const ConvForwardOptions& options) {
  constexpr int64_t kUsualTile = 16;
  ConvProblem usual = problem;
  usual.n = kUsualTile;
  std::optional<Layout> given = options.src;
  if (given) given->n = kUsualTile;
  const ConvSizes s(usual);
  std::vector<std::string> refused;
  const auto describe = [&](const ConvTry& t) { return describe_forward(s, options, t); };
  const auto chosen = choose_conv(conv_tries(usual, given, {}, {}), refused, describe);
  if (!chosen) return {};
  Layout src = chosen->src, dst = chosen->dst;
  src.n = dst.n = problem.n;
  std::vector<ConvTry> tries;
  const auto add = [&](const char* name, const dnnl::memory::desc& weights) {
    for (const auto& src_desc : onednn::descs_of(src))
      for (const auto& dst_desc : onednn::descs_of(dst)) tries.push_back({name, src_desc, weights, dst_desc});
  };
  if (options.weights) add("usual, weights as given", onednn::desc_of(*options.weights, s.keras));
  add("usual", chosen->weights_desc);
  return tries;
}

// A range of the output channels of one picture, for a convolution that answered so.
std::optional<Share> share_of(const ConvProblem& problem, const ConvForwardOptions& options, const ConvForward& whole, const OutputRange& range) {
  const bool depthwise = problem.groups > 1;
  ConvProblem part = problem;
  part.oc = range.count;
  Layout src = whole.src, dst = whole.dst;
  dst.c = range.count;
  if (depthwise) part.ic = part.groups = src.c = range.count;
  const ConvForward answer = conv_forward(
      part, {.bias = options.bias, .relu = options.relu, .relu_limit = options.relu_limit, .src = src, .weights = {}});
  if (!(answer.src == src) || !(answer.dst == dst) || answer.dst.block != dst.block) return {};
  const std::optional<size_t> weights = outputs_offset(whole.weights, answer.weights, range.begin);
  if (!weights) return {};
  const auto bytes = [](int64_t floats) { return static_cast<size_t>(floats) * sizeof(float); };
  return Share{answer.kernel,
               {depthwise ? bytes(whole.src.offset(0, 0, 0, range.begin)) : 0, *weights, bytes(range.begin), bytes(whole.dst.offset(0, 0, 0, range.begin))}};
}

// Whether channels of the one picture lie block after block, each with its weights.
bool has_shares(const ConvProblem& p, const ConvForward& answer) {
  const bool depthwise = p.groups > 1 && p.groups == p.ic && p.groups == p.oc;
  const bool in_blocks = answer.dst.block < p.oc && (!depthwise || answer.src.block == answer.dst.block);
  return p.n == 1 && (p.groups == 1 || depthwise) && in_blocks;
}

}  // namespace

ConvForward conv_forward(const ConvProblem& problem, const ConvForwardOptions& options) {
  check(problem);
  ConvForward answer;
  if (auto winograd = winograd_forward(problem, options, answer.refused)) return *winograd;
  const ConvSizes s(problem);
  const dnnl::memory::desc bias = s.bias_desc(options.bias);
  const auto describe = [&](const ConvTry& t) { return describe_forward(s, options, t); };
  auto c = choose_conv(usual_tries(problem, options), answer.refused, describe);
  if (!c) c = choose_conv(conv_tries(problem, options.src, {}, options.weights), answer.refused, describe);
  if (c) {
    const onednn::OneThread one;
    answer.kernel = onednn::primitive_kernel(Forward(c->pd), c->pd.impl_info_str(),
                                             {{DNNL_ARG_SRC, c->src_desc},
                                              {DNNL_ARG_WEIGHTS, c->weights_desc},
                                              {DNNL_ARG_BIAS, bias},
                                              {DNNL_ARG_DST, c->dst_desc}},
                                             c->pd.scratchpad_desc());
    answer.src = c->src;
    answer.dst = c->dst;
    answer.weights = onednn::weights_layout(problem.weights_shape(), s.keras, c->weights_desc);
    if (has_shares(problem, answer))
      answer.kernel = with_shares(answer.kernel, problem.oc, answer.dst.block, [problem, options, whole = answer](const OutputRange& range) {
        return share_of(problem, options, whole, range);
      });
  } else {
    answer.kernel = conv_forward_ref_kernel(problem, options.relu, options.relu_limit);
    answer.src = plain_src(problem);
    answer.dst = plain_dst(problem);
    answer.weights = onednn::weights_layout(problem.weights_shape(), s.keras, s.keras);
  }
  return answer;
}

ConvBackwardData conv_backward_data(const ConvProblem& problem, std::optional<Layout> diff_dst) {
  check(problem);
  ConvBackwardData answer;
  if (auto winograd = winograd_backward_data(problem, diff_dst, answer.refused)) return *winograd;
  const ConvSizes s(problem);
  const Forward::primitive_desc forward = forward_hint(s, false);
  const auto describe = [&](const ConvTry& t) {
    const auto pd =
        onednn::describe_backward<BackwardData>(forward, onednn::attributes(), algorithm::convolution_direct, t.src,
                                                t.weights, t.dst, s.strides, s.dilates, s.padding_l, s.padding_r);
    return ConvChosen<BackwardData::primitive_desc>{pd, pd.diff_src_desc(), pd.weights_desc(), pd.diff_dst_desc()};
  };
  if (const auto c = choose_conv(conv_tries(problem, {}, diff_dst, {}), answer.refused, describe)) {
    const onednn::OneThread one;
    answer.kernel = onednn::primitive_kernel(
        BackwardData(c->pd), c->pd.impl_info_str(),
        {{DNNL_ARG_DIFF_DST, c->dst_desc}, {DNNL_ARG_WEIGHTS, c->weights_desc}, {DNNL_ARG_DIFF_SRC, c->src_desc}},
        c->pd.scratchpad_desc());
    answer.diff_src = c->src;
    answer.diff_dst = c->dst;
    answer.weights = onednn::weights_layout(problem.weights_shape(), s.keras, c->weights_desc);
  } else {
    answer.kernel = conv_backward_data_ref_kernel(problem);
    answer.diff_src = plain_src(problem);
    answer.diff_dst = plain_dst(problem);
    answer.weights = onednn::weights_layout(problem.weights_shape(), s.keras, s.keras);
  }
  return answer;
}

}  // namespace fovea::kernels
