// What ZeroPadding2D and Cropping2D share: a picture of one size becomes one of another.
#pragma once

#include "fovea/layers/planner.h"

namespace fovea {

// Plans the copy of `src`, from row `top` and column `left` on, to the size of `dst`; negative numbers pad.
void plan_crop(Planner& planner, int64_t top, int64_t left);

}  // namespace fovea
