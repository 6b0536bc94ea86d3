// Layers that do not train: by the words that users have for them.
#pragma once

#include <string>

#include "fovea/model/model.h"

namespace fovea {

// Freezes "all" layers, those of the "base" (the first model inside the model), or those that a pattern matches: a glob,
// which without a '/' is compared with a layer's own name, else with its whole path. Frozen layers keep their weights, and a
// frozen normalisation its statistics. Returns how many layers it froze. Throws Error (usage), naming `where`, where there
// are none.
int freeze(Model& model, const std::string& what, const std::string& where);
// Has such layers train (again). Returns how many of them did not before.
int unfreeze(Model& model, const std::string& what, const std::string& where);

}  // namespace fovea
