// The nets of the Keras tutorial on convolutional networks: 3x3 "valid" convolutions with ReLU, softmax at the end.
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
