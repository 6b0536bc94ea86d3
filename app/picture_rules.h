// How pictures are prepared for a model: what the user said, else the model, else the usual; said on stderr.
#pragma once

#include "app/console.h"
#include "app/data_argument.h"
#include "fovea/model/model.h"
#include "fovea/train/data_examples.h"

namespace fovea::app {

// Throws Error (usage) where the model takes no pictures.
PictureRules picture_rules(const Model& model, const PictureArguments& arguments, const Console& console);

}  // namespace fovea::app
