// Which layer of a model a map is made of.
#pragma once

#include <string>
#include <vector>

#include "fovea/model/graph.h"

namespace fovea::explain {

// The last layer on the way to the output that has rows and columns: more than one cell, if there is one. Throws Error
// (usage) where no layer has any.
int last_spatial_layer(const Graph& graph);

// By path ("vgg16/block5_conv3"), or by a name that only one layer has; empty: the last spatial layer. Throws Error
// (usage) naming `where` for a layer that is not there or has no rows and columns.
int spatial_layer(const Graph& graph, const std::string& path, const std::string& where);

// Every convolution and pooling layer that has rows and columns, in order.
std::vector<int> map_layers(const Graph& graph);

}  // namespace fovea::explain
