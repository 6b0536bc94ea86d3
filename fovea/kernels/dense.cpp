#include "fovea/kernels/dense.h"

#include <fmt/format.h>

#include "fovea/kernels/dense_ref.h"
#include "fovea/kernels/onednn.h"
#include "fovea/kernels/output_shares.h"
#include "fovea/kernels/ref_kernel.h"

namespace fovea::kernels {
namespace {

using dnnl::memory;
using dnnl::prop_kind;
using tag = dnnl::memory::format_tag;
using Forward = dnnl::inner_product_forward;
using BackwardData = dnnl::inner_product_backward_data;
using BackwardWeights = dnnl::inner_product_backward_weights;

float* floats(void* pointer) { return static_cast<float*>(pointer); }

struct Descs {
  explicit Descs(const DenseProblem& p)
      : src({p.n, p.in}, memory::data_type::f32, tag::nc),
        dst({p.n, p.out}, memory::data_type::f32, tag::nc),
        bias({p.out}, memory::data_type::f32, tag::x),
        keras({p.out, p.in}, memory::data_type::f32, memory::dims{1, p.out}),
        any({p.out, p.in}, memory::data_type::f32, tag::any),
        shape{p.in, p.out} {}

  memory::desc bias_desc(bool there) const { return there ? bias : memory::desc(); }
  WeightsLayout layout(const memory::desc& packed) const { return onednn::weights_layout(shape, keras, packed); }

  memory::desc src, dst, bias, keras, any;
  Shape shape;
};

// The first of the weights' layouts (as insisted on, any, Keras's own) that a fast implementation takes.
template <class Describe>
auto choose_dense(const Descs& d, const std::optional<WeightsLayout>& insisted, const Describe& describe)
    -> std::optional<decltype(describe(d.any))> {
  const onednn::OneThread one;
  std::vector<memory::desc> tries;
  if (insisted) tries.push_back(onednn::desc_of(*insisted, d.keras));
  tries.push_back(d.any);
  tries.push_back(d.keras);
  for (const memory::desc& weights : tries) {
    try {
      auto pd = describe(weights);
      if (!onednn::is_reference(pd.impl_info_str())) return pd;
    } catch (const dnnl::error&) {
      // Not implemented for these weights: the next.
    }
  }
  return {};
}

Forward::primitive_desc hint(const Descs& d, bool bias) {
  const onednn::OneThread one;
  return onednn::describe<Forward>(onednn::attributes(), prop_kind::forward_training, d.src, d.any, d.bias_desc(bias),
                                   d.dst);
}

// Outputs that a share of a dense layer begins at: the largest block that the library has weights in.
constexpr int64_t kOutputBlock = 64;

std::optional<Share> share_of(const DenseProblem& problem, const DenseForwardOptions& options, const WeightsLayout& weights, const OutputRange& range) {
  DenseProblem part = problem;
  part.out = range.count;
  const DenseForward answer = dense_forward(part, {.bias = options.bias, .relu = options.relu, .training = options.training});
  const std::optional<size_t> offset = outputs_offset(weights, answer.weights, range.begin);
  const size_t floats = static_cast<size_t>(range.begin) * sizeof(float);
  if (!offset) return {};
  return Share{answer.kernel, {0, *offset, floats, floats}};
}

}  // namespace

DenseForward dense_forward(const DenseProblem& problem, const DenseForwardOptions& options) {
  const Descs d(problem);
  const memory::desc bias = d.bias_desc(options.bias);
  const auto describe = [&](const memory::desc& weights) {
    return onednn::describe<Forward>(onednn::attributes(options.relu),
                                     options.training ? prop_kind::forward_training : prop_kind::forward_inference,
                                     d.src, weights, bias, d.dst);
  };
  if (const auto pd = choose_dense(d, options.weights, describe)) {
    const onednn::OneThread one;
    const WeightsLayout weights = d.layout(pd->weights_desc());
    const KernelPtr kernel = onednn::primitive_kernel(Forward(*pd), pd->impl_info_str(),
                                                      {{DNNL_ARG_SRC, d.src},
                                                       {DNNL_ARG_WEIGHTS, pd->weights_desc()},
                                                       {DNNL_ARG_BIAS, bias},
                                                       {DNNL_ARG_DST, d.dst}},
                                                      pd->scratchpad_desc());
    if (problem.n > 1) return {kernel, weights};
    return {with_shares(kernel, problem.out, kOutputBlock,
                        [problem, options, weights](const OutputRange& range) { return share_of(problem, options, weights, range); }),
            weights};
  }
  return {ref_kernel(4, 0,
                     [p = problem, relu = options.relu](void* const* a) {
                       dense_forward_ref<double>(p, floats(a[0]), floats(a[1]), floats(a[2]), relu, floats(a[3]));
                     }),
          d.layout(d.keras)};
}

DenseBackwardData dense_backward_data(const DenseProblem& problem, std::optional<WeightsLayout> weights) {
  const Descs d(problem);
  const Forward::primitive_desc forward = hint(d, false);
  if (!weights) weights = d.layout(forward.weights_desc());
  const auto describe = [&](const memory::desc& packed) {
    return onednn::describe_backward<BackwardData>(forward, onednn::attributes(), d.src, packed, d.dst);
  };
  if (const auto pd = choose_dense(d, weights, describe)) {
    const onednn::OneThread one;
    return {onednn::primitive_kernel(
                BackwardData(*pd), pd->impl_info_str(),
                {{DNNL_ARG_DIFF_DST, d.dst}, {DNNL_ARG_WEIGHTS, pd->weights_desc()}, {DNNL_ARG_DIFF_SRC, d.src}},
                pd->scratchpad_desc()),
            d.layout(pd->weights_desc())};
  }
  return {ref_kernel(3, 0,
                     [p = problem](void* const* a) {
                       dense_backward_data_ref<double>(p, floats(a[0]), floats(a[1]), floats(a[2]));
                     }),
          d.layout(d.keras)};
}

DenseBackwardWeights dense_backward_weights(const DenseProblem& problem, bool bias,
                                            std::optional<WeightsLayout> diff_weights) {
  const Descs d(problem);
  const memory::desc diff_bias = d.bias_desc(bias);
  const Forward::primitive_desc forward = hint(d, bias);
  if (!diff_weights) diff_weights = d.layout(forward.weights_desc());
  const auto describe = [&](const memory::desc& packed) {
    return onednn::describe_backward<BackwardWeights>(forward, onednn::attributes(), d.src, packed, diff_bias, d.dst);
  };
  if (const auto pd = choose_dense(d, diff_weights, describe)) {
    const onednn::OneThread one;
    return {onednn::primitive_kernel(BackwardWeights(*pd), pd->impl_info_str(),
                                     {{DNNL_ARG_SRC, d.src},
                                      {DNNL_ARG_DIFF_DST, d.dst},
                                      {DNNL_ARG_DIFF_WEIGHTS, pd->diff_weights_desc()},
                                      {DNNL_ARG_DIFF_BIAS, diff_bias}},
                                     pd->scratchpad_desc()),
            d.layout(pd->diff_weights_desc())};
  }
  return {ref_kernel(4, 0,
                     [p = problem](void* const* a) {
                       dense_backward_weights_ref<double>(p, floats(a[0]), floats(a[1]), floats(a[2]), floats(a[3]));
                     }),
          d.layout(d.keras)};
}

}  // namespace fovea::kernels
