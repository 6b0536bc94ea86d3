// Losses by the names that Keras takes: "binary_crossentropy", "BinaryCrossentropy", "bce".
#pragma once

#include <string>
#include <vector>

#include "fovea/kernels/losses.h"

namespace fovea {

using Loss = kernels::LossKind;

// Keras's functions' names, in the order of the kinds.
const std::vector<std::string>& loss_names();
std::string to_string(Loss loss);
// Throws Error (usage) naming `where` for a name that is none.
Loss loss_of(const std::string& name, const std::string& where);

}  // namespace fovea
