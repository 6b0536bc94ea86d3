// The truth of the convolutions: the reference of kernels/conv_ref.h, with max(0, ·) behind it where asked.
#pragma once

#include "fovea/kernels/conv_ref.h"
#include "tests/harness/check_layer.h"

namespace fovea {

inline Doubles convolved(const kernels::ConvProblem& p, Truth::Inputs inputs, Truth::Inputs weights, bool relu) {
  Doubles dst(static_cast<size_t>(p.n * p.oh * p.ow * p.oc)), sum(dst.size());
  kernels::conv_forward_ref(p, inputs[0].data(), weights[0].data(), weights.size() > 1 ? weights[1].data() : nullptr,
                            relu, sum.data(), dst.data());
  return dst;
}

inline Truth conv_truth(const kernels::ConvProblem& p, bool relu) {
  Truth truth;
  truth.forward = [=](auto& inputs, auto& weights) { return convolved(p, inputs, weights, relu); };
  truth.backward = [=](auto& inputs, auto& weights, const Doubles& diff_output) {
    Doubles diff = diff_output;
    if (relu) {
      const Doubles x = convolved(p, inputs, weights, false);
      for (size_t i = 0; i < x.size(); ++i) diff[i] = x[i] > 0 ? diff[i] : 0;
    }
    Gradients g{{Doubles(inputs[0].size())}, {}};
    for (const Doubles& weight : weights) g.weights.emplace_back(weight.size());
    Doubles sum(std::max(inputs[0].size(), weights[0].size() + static_cast<size_t>(p.oc)));
    kernels::conv_backward_data_ref(p, diff.data(), weights[0].data(), sum.data(), g.inputs[0].data());
    kernels::conv_backward_weights_ref(p, inputs[0].data(), diff.data(), sum.data(), g.weights[0].data(),
                                       weights.size() > 1 ? g.weights[1].data() : nullptr);
    return g;
  };
  if (relu) truth.before_relu = [=](auto& inputs, auto& weights) { return convolved(p, inputs, weights, false); };
  return truth;
}

}  // namespace fovea
