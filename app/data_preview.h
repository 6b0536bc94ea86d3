// Pictures of every class as one picture, as they are or augmented.
#pragma once

#include "fovea/data/augment.h"
#include "fovea/data/dataset.h"
#include "fovea/formats/image.h"

namespace fovea::app {

// Of training, else of what there is. At most `kPreviewClasses` classes.
inline constexpr int64_t kPreviewClasses = 60;
Image preview_of(const Dataset& dataset);
// The first picture of every class, and beside it what augmentation makes of it in the first epochs of a training.
Image preview_of(const Dataset& dataset, const AugmentOptions& augment, uint64_t seed);

}  // namespace fovea::app
