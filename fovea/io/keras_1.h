// Configs of Keras 1, in its names for classes and arguments, brought into those of Keras 2 and 3.
#pragma once

#include <string>

#include "fovea/base/json.h"

namespace fovea {

// Convolution2D with nb_filter, Dense with output_dim, Merge with mode, …
bool is_keras_1(const std::string& type, const Json& config);

// Throws Error (file) for what has no counterpart, such as pictures with their channels first.
void read_keras_1(std::string& type, Json& config, const std::string& where);

}  // namespace fovea
