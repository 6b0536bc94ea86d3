// The networks of the tutorial on image classification that Keras's users know: a basic one, its variants by pooling,
// one with normalisation and dropout, and three to combine. All convolutions are 3x3 and valid, with ReLU.
#pragma once

#include "fovea/zoo/zoo.h"

namespace fovea::zoo {

Model basic(const Options& options);
Model max_pool(const Options& options);
Model avg_pool(const Options& options);
Model global_avg_pool(const Options& options);
Model advanced(const Options& options);
Model ensemble_1(const Options& options);
Model ensemble_2(const Options& options);
Model ensemble_3(const Options& options);

}  // namespace fovea::zoo
