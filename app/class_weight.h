// --class-weight: what the loss of a class's pictures is multiplied by.
#pragma once

#include <string>
#include <vector>

#include "fovea/train/examples.h"

namespace fovea::app {

// "balanced", or "0:1.0,bird:2.5": throws Error (usage) for anything else.
void check_class_weight(const std::string& text);

// A weight a class, 1 where none is named; "balanced": so that all classes weigh alike. Throws Error (usage) for a class
// that is not there.
std::vector<float> class_weights(const std::string& text, const std::vector<std::string>& names, const Examples& examples);

}  // namespace fovea::app
