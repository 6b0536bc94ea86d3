// Weights as Keras 3 keeps them in .weights.h5 and .keras: groups by class and place, whatever layers are called.
//
//   layers/conv2d/vars/0, 1           kernel and bias of the first Conv2D of the model
//   layers/conv2d_1/vars/0            the second's
//   layers/functional/layers/conv2d/  a model inside it
//   conv1/vars/0                      of a subclassed model: by the attribute that holds the layer
//   optimizer/vars/0, 1, 2, …         steps, learning rate, and its state of every variable in turn
//
// Each "vars" has the layer's name as its attribute "name" (Keras: saving/saving_lib.py). Files of Keras 2.13 say
// _layer_checkpoint_dependencies instead of layers.
#pragma once

#include "fovea/formats/hdf5_writer.h"
#include "fovea/io/tensor_places.h"
#include "fovea/model/model.h"

namespace fovea {

// Where the model's variables are: by place, else by the layers' names.
TensorPlaces find_in_tree(const Graph& graph, const Hdf5File& file);

// Whether the file says what its layers are called: Keras 2 leaves that out.
bool names_layers(const Hdf5File& file);
// Of layers of the same names, in models of the same names; others are left alone. `architecture` is the file's, for one
// that does not name its layers.
TensorPlaces find_named_in_tree(const Graph& graph, const Hdf5File& file, const Graph* architecture = nullptr);

void write_tree(const Model& model, Hdf5Writer& file);

}  // namespace fovea
