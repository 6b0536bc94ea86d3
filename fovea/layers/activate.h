// Pieces that layers share when they plan: identities, layouts of gradients, activations.
#pragma once

#include "fovea/kernels/eltwise.h"
#include "fovea/layers/options.h"
#include "fovea/layers/planner.h"

namespace fovea {

// The input as it is, and its gradient.
void plan_identity(Planner& planner);

// A value in another layout: itself, or a copy.
Value in_layout(Planner& planner, const Value& value, const Layout& layout);

// Inside `backward`: the gradient of the layer's output, in the output's layout, behind the derivative of max(0, ·)
// where that was fused into the layer (it is told from the output alone) and is not done yet.
Value relu_backward_if_fused(Planner& planner, const Value& dst);

// Plans a layer that is nothing but an activation; one that a kernel of elements serves; and a rectifier with options
// (the problem's layout is left to the planner), whose backward needs the input.
void plan_activation(Planner& planner, ActivationKind kind);
void plan_eltwise(Planner& planner, kernels::Activation activation, const std::string& name, float alpha = 1);
void plan_relu(Planner& planner, kernels::ReluProblem problem, const std::string& name);

}  // namespace fovea
