// Where the tensors of a model stand in a file of another format, under that file's names.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "fovea/formats/hdf5.h"
#include "fovea/model/parameters.h"

namespace fovea {

struct TensorPlaces {
  std::map<std::string, std::string> of;  // the parameter's path -> the tensor's
  std::vector<std::string> others;        // tensors that no parameter takes
  std::set<std::string> kept;             // parameters that need no tensor, and keep their values
};

// Throws Error (file) with a table of expected and found where a parameter has no tensor, or one of another shape, or (but
// for integers: counters and states of random numbers) where a tensor has no parameter.
void check_places(const Graph& graph, const Hdf5File& file, const TensorPlaces& places);

// Of checked places. Sets nothing where a tensor cannot be read.
void take_weights(const Hdf5File& file, const TensorPlaces& places, Parameters& parameters);

}  // namespace fovea
