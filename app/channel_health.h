// Channels that say nothing, found on pictures of a data set.
#pragma once

#include <string>
#include <vector>

#include "app/console.h"
#include "fovea/base/thread_pool.h"
#include "fovea/explain/feature_maps.h"
#include "fovea/train/data_examples.h"

namespace fovea::app {

struct LayerHealth {
  std::vector<int64_t> dead, saturated;  // channels; see explain::ChannelActivity
};

// Looks at layers on at most `sample` of a data set's training pictures, evenly spread. Throws Error where it cannot be had.
explain::ChannelSurvey survey_channels(Model& model, const std::vector<int>& layers, const std::string& data, int64_t sample,
                                       const PictureRules& rules, ThreadPool& pool);
// By layer.
std::vector<LayerHealth> health_of(const explain::ChannelSurvey& survey);
void warn_of(const Model& model, const explain::ChannelSurvey& survey, const std::vector<LayerHealth>& health, const Console& console);

}  // namespace fovea::app
