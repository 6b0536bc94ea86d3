// Numbers a class, by name or number: --class-weight, what the loss of a class's pictures is multiplied by, and
// --weighted-sampling, how likely each of its pictures is to be drawn.
#pragma once

#include <string>
#include <vector>

#include "fovea/train/examples.h"

namespace fovea::app {

// "balanced", or "0:1.0,bird:2.5": throws Error (usage) for anything else. `where` is the option.
void check_class_weight(const std::string& text, const std::string& where);

// A weight a class, 1 where none is named; "balanced": so that all classes weigh alike. Throws Error (usage) for a class
// that is not there.
std::vector<float> class_weights(const std::string& text, const std::vector<std::string>& names, const Examples& examples,
                                 const std::string& where);

}  // namespace fovea::app
