// Makes layers from Keras's class names and configs.
#pragma once

#include <string>
#include <vector>

#include "fovea/layers/layer.h"

namespace fovea {

// All class names of layers.list, in its order.
const std::vector<std::string>& layer_types();

// A layer from its class name and Keras-style config (name and trainable included). Throws Error (usage) naming `where`.
std::shared_ptr<Layer> make_layer(const std::string& type, const Json& config, const std::string& where);

}  // namespace fovea
