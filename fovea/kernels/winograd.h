// Convolutions by Winograd's F(4x4, 3x3), F(2x2, 5x5) and, in training, F(4x4, 5x5), chosen by shape: kernels without stride,
// dilation or groups, with channels in whole vectors, where tiles save at least a quarter of the products.
//
// Weights stay in Keras's order; forward and backward by data read copies of them, transformed once for every change.
// Rounding is a few times that of a direct convolution (1e-6 of the numbers' size, 3e-6 by F(4x4, 5x5)).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fovea/kernels/conv.h"
#include "fovea/kernels/conv_tries.h"
#include "fovea/kernels/winograd_loops.h"

namespace fovea::kernels {

// Each answers nothing, with the reason in `refused`, where it does not serve.
std::optional<ConvForward> winograd_forward(const ConvProblem& problem, const ConvForwardOptions& options,
                                            std::vector<std::string>& refused);
std::optional<ConvBackwardData> winograd_backward_data(const ConvProblem& problem, const std::optional<Layout>& diff_dst,
                                                       std::vector<std::string>& refused);
std::optional<ConvBackwardWeights> winograd_backward_weights(const ConvProblem& problem, const ConvWeightsWishes& wishes,
                                                             std::vector<std::string>& refused);

// Weights at the points, as a layout that weights can be copied to, not one that they can live in.
WeightsLayout winograd_layout(const WinogradWeights& weights);

}  // namespace fovea::kernels
