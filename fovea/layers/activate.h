// Pieces that layers share when they plan: layouts of gradients, and the derivative of an activation fused into a layer.
#pragma once

#include "fovea/layers/options.h"
#include "fovea/layers/planner.h"

namespace fovea {

// A value in another layout: itself, or a copy.
Value in_layout(Planner& planner, const Value& value, const Layout& layout);

// Inside `backward`: the gradient of the layer's output, in the output's layout, behind the derivative of max(0, ·)
// where that was fused into the layer (it is told from the output alone) and is not done yet.
Value relu_backward_if_fused(Planner& planner, const Value& dst);

// Plans a layer that is nothing but an activation.
void plan_activation(Planner& planner, ActivationKind kind);

}  // namespace fovea
