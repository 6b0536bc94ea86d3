// What can be told of a split's pictures as numbers.
#pragma once

#include <vector>

#include "fovea/data/dataset.h"

namespace fovea {

// A value a channel. Of bytes after division by 255, as most tables have them; of floats as they are.
struct ChannelStatistics {
  std::vector<double> mean, deviation;
};

ChannelStatistics channel_statistics(const Split& split);

// The sizes that picture files had of their own.
struct OwnSizes {
  PictureSize smallest, largest;  // by pixels
  int64_t different = 0;          // 0: no picture has a file of its own
  std::vector<int64_t> channels;  // pictures with 0, 1, 2, 3 channels
};

OwnSizes own_sizes(const Dataset& dataset);

}  // namespace fovea
