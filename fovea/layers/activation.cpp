#include "fovea/layers/activation.h"

#include "fovea/layers/activate.h"

namespace fovea {

void Activation::plan(Planner& planner) const { plan_activation(planner, options_.activation); }

LayerPtr activation_layer(ActivationKind kind, const std::string& name) {
  return std::make_shared<Activation>(ActivationOptions{.activation = kind, .name = name});
}

}  // namespace fovea
