// The search of the Keras tutorial: two convolutions and a dense layer, their sizes, dropout and the learning rate.
#pragma once

#include "fovea/base/json.h"

namespace fovea::tune {

Json tutorial_space();

}  // namespace fovea::tune
