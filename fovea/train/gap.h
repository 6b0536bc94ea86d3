// The gap between what a model knows of its training pictures and of others, in words.
#pragma once

#include <string>

#include "fovea/train/callback.h"

namespace fovea {

// One or two sentences about the last epoch that was validated: how far the figures are apart and what that says. By
// exact figures of training where there are any. Empty where nothing was validated.
std::string gap_in_words(const History& history);

}  // namespace fovea
