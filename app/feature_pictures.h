// Feature maps and filters as pictures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fovea/explain/feature_maps.h"
#include "fovea/formats/image.h"
#include "fovea/model/model.h"
#include "fovea/report/colour_map.h"

namespace fovea::app {

struct MapGrid {
  Image picture;
  int64_t constant = 0;  // channels that are one number everywhere on this picture
};

// The channels of a layer side by side, each from its smallest to its largest number; the note ends with `of`.
MapGrid map_grid(const explain::LayerMaps& layer, const std::vector<int64_t>& channels, const ColourMap& colours, const std::string& of);

// The filters of the first convolution, each from its smallest to its largest weight; nothing where it does not see one
// colour or three.
std::optional<Image> filter_grid(const Model& model);

}  // namespace fovea::app
