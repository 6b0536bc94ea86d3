// Where the tensors of a model stand in a file of another format, under that file's names.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fovea/formats/hdf5.h"
#include "fovea/model/parameters.h"

namespace fovea {

struct TensorPlaces {
  std::map<std::string, std::string> of;  // the parameter's path -> the tensor's
  std::vector<std::string> others;        // tensors that no parameter takes
};

// Throws Error (file) with a table of expected and found where a parameter has no tensor, or one of another shape, or (but
// for integers: counters and states of random numbers) where a tensor has no parameter.
void check_places(const Graph& graph, const Hdf5File& file, const TensorPlaces& places);

// The same for those parameters alone that have a tensor.
void check_shapes(const Graph& graph, const Hdf5File& file, const TensorPlaces& places);

// Of checked places.
void take_weights(const Hdf5File& file, const TensorPlaces& places, Parameters& parameters);

}  // namespace fovea
