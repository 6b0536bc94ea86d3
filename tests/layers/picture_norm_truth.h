// The truth of the normalisations of single pictures.
#pragma once

#include "fovea/kernels/picture_norm_ref.h"
#include "tests/harness/check_layer.h"

namespace fovea {

// `problem` has a plain src; gamma and beta are the weights in this order, where they are there.
inline Truth picture_norm_truth(const kernels::PictureNormProblem& problem, bool has_gamma, bool has_beta) {
  const auto array_of = [](bool there, Truth::Inputs weights, size_t place) {
    return there ? weights[place].data() : nullptr;
  };
  const size_t beta = has_gamma ? 1 : 0;
  Truth truth;
  truth.forward = [=](auto& inputs, auto& weights) {
    Doubles dst(inputs[0].size()), sum(2 * dst.size());
    kernels::picture_norm_forward_ref(problem, inputs[0].data(), array_of(has_gamma, weights, 0),
                                      array_of(has_beta, weights, beta), false, sum.data(), dst.data());
    return dst;
  };
  truth.backward = [=](auto& inputs, auto& weights, const Doubles& diff_output) {
    Gradients g{{Doubles(inputs[0].size())}, {}};
    for (const Doubles& weight : weights) g.weights.emplace_back(weight.size());
    Doubles sum(6 * inputs[0].size());
    kernels::picture_norm_backward_ref(problem, inputs[0].data(), array_of(has_gamma, weights, 0), diff_output.data(),
                                       sum.data(), g.inputs[0].data(), has_gamma ? g.weights[0].data() : nullptr,
                                       has_beta ? g.weights[beta].data() : nullptr);
    return g;
  };
  return truth;
}

}  // namespace fovea
