// Weights as Keras 1 and 2 keep them in .h5, and Keras 3 where asked for .h5: a group a layer, by its name.
//
//   attribute layer_names     the model's layers, in its order; weightless ones too
//   conv2d/                   attribute weight_names: "conv2d/kernel:0", "conv2d/bias:0"
//   conv2d/conv2d/kernel:0    a tensor by each of these names, within the group
//   vgg16/block1_conv1/…      of a model as a layer: all its weights in one group, those that train first
//
// (Keras: legacy/saving/legacy_h5_format.py.)
#pragma once

#include "fovea/formats/hdf5_writer.h"
#include "fovea/io/tensor_places.h"
#include "fovea/model/model.h"

namespace fovea {

enum class WeightOrder {
  by_name,     // layers of the same name
  by_place,    // the first layer that has weights takes those of the first group that has some, …
  only_named,  // layers of the same name, weightless ones too; others are left alone
};

// `root` is the group of the layers' groups: "/model_weights", or "/".
TensorPlaces find_in_groups(const Graph& graph, const Hdf5File& file, const std::string& root, WeightOrder order);
// Whether every layer of the model that has weights has a group of its name.
bool names_fit(const Graph& graph, const Hdf5File& file, const std::string& root);

void write_groups(const Model& model, const std::string& root, Hdf5Writer& file);

}  // namespace fovea
