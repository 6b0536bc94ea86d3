// The first pictures of every class as one picture.
#pragma once

#include "fovea/data/dataset.h"
#include "fovea/formats/image.h"

namespace fovea::app {

// Of training, else of what there is. At most `kPreviewClasses` classes.
inline constexpr int64_t kPreviewClasses = 60;
Image preview_of(const Dataset& dataset);

}  // namespace fovea::app
