// The nets of the Keras tutorial on convolutional networks: 3x3 "valid" convolutions with ReLU, softmax at the end.
#pragma once

#include "fovea/zoo/zoo.h"

namespace fovea::zoo {

Graph basic(const Options& options);
Graph max_pool(const Options& options);
Graph avg_pool(const Options& options);
Graph global_avg_pool(const Options& options);
Graph advanced(const Options& options);
Graph ensemble_1(const Options& options);
Graph ensemble_2(const Options& options);
Graph ensemble_3(const Options& options);

}  // namespace fovea::zoo
