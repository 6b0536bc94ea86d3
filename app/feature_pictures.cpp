#include "app/feature_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fovea/report/picture_sheet.h"

namespace fovea::app {
namespace {

// Rows, columns and channels; numbers without rows and columns are maps of one cell.
Shape as_maps(const Shape& shape) { return shape.rank() == 3 ? shape : Shape{1, 1, shape.elements()}; }

// A channel between its own smallest and largest number; one number everywhere is the darkest.
std::vector<float> normalised(const float* numbers, const Shape& maps, int64_t channel, float low, float high) {
  std::vector<float> values(static_cast<size_t>(maps[0] * maps[1]));
  for (size_t i = 0; i < values.size(); ++i) {
    const float x = numbers[static_cast<int64_t>(i) * maps[2] + channel];
    values[i] = high > low ? (x - low) / (high - low) : 0;
  }
  return values;
}

struct Extent {
  float low, high;
};
Extent extent_of(const float* numbers, const Shape& maps, int64_t channel) {
  Extent extent = {numbers[channel], numbers[channel]};
  for (int64_t i = channel; i < maps.elements(); i += maps[2]) {
    extent.low = std::min(extent.low, numbers[i]);
    extent.high = std::max(extent.high, numbers[i]);
  }
  return extent;
}

}  // namespace

MapGrid map_grid(const explain::LayerMaps& layer, const std::vector<int64_t>& channels, const ColourMap& colours, const std::string& of) {
  const Shape maps = as_maps(layer.shape);
  const bool spatial = layer.shape.rank() == 3;
  // Numbers without rows and columns have one scale for all.
  const auto [least, most] = std::minmax_element(layer.values.begin(), layer.values.end());
  MapGrid grid;
  SheetSection section;
  for (const int64_t c : channels) {
    const Extent own = spatial ? extent_of(layer.values.data(), maps, c) : Extent{*least, *most};
    if (spatial && own.low == own.high) ++grid.constant;
    const std::vector<float> values = normalised(layer.values.data(), maps, c, own.low, own.high);
    section.pictures.push_back({colours.picture(values, maps[1]), fmt::format("{}{}", c, spatial && own.low == own.high ? " -" : "")});
  }
  section.title = fmt::format("{}  {}", layer.path, to_string(layer.shape));
  section.note = fmt::format("{} of {} channels, {}; '-': one number everywhere.  {}", channels.size(), maps[2],
                             spatial ? "each from its smallest to its largest number" : "all from the smallest to the largest number", of);
  const int64_t longer = std::max(maps[0], maps[1]), count = static_cast<int64_t>(channels.size());
  // Whole steps of the map's own size, so that no cell has an edge.
  const int64_t wanted = count == 1 ? 320 : 64;
  const int64_t cell = longer < wanted ? (wanted + longer - 1) / longer * longer : std::min<int64_t>(longer, 320);
  const int64_t columns = std::clamp<int64_t>(static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(count) * 1.6))), 1, 16);
  grid.picture = picture_sheet({section}, {.cell = cell, .columns = columns, .caption_scale = 1});
  return grid;
}

std::optional<Image> filter_grid(const Model& model) {
  const Graph& graph = model.graph();
  for (int n = 0; n < graph.size(); ++n) {
    if (graph.node(n).layer->type() != "Conv2D") continue;
    const std::vector<int> places = model.parameters().of_node(n);
    const Array kernel = model.parameters().get(places.front());
    const Shape& shape = kernel.shape();  // (kh, kw, channels, filters)
    if (shape[2] != 1 && shape[2] != 3) return {};
    const auto weights = kernel.values<float>();
    SheetSection section;
    for (int64_t f = 0; f < shape[3]; ++f) {
      Image image(shape[0], shape[1], shape[2]);
      std::vector<float> filter;
      for (size_t i = static_cast<size_t>(f); i < weights.size(); i += static_cast<size_t>(shape[3])) filter.push_back(weights[i]);
      const auto [low, high] = std::minmax_element(filter.begin(), filter.end());
      const float scale = *high > *low ? 255 / (*high - *low) : 0;
      for (size_t i = 0; i < filter.size(); ++i) image.pixels[i] = static_cast<uint8_t>(std::lround((filter[i] - *low) * scale));
      section.pictures.push_back({std::move(image), std::to_string(f)});
    }
    section.title = fmt::format("filters of {}  {}", graph.node(n).layer->name(), to_string(shape));
    section.note = shape[2] == 3 ? "as colours, each from its smallest to its largest weight" : "each from its smallest to its largest weight";
    return picture_sheet({section}, {.cell = 64, .columns = 16, .caption_scale = 1});
  }
  return {};
}

}  // namespace fovea::app
