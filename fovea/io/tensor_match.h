// Compares the tensors that a model needs with those that a file holds.
#pragma once

#include <string>
#include <vector>

#include "fovea/model/graph.h"
#include "fovea/tensor/dtype.h"

namespace fovea {

struct TensorEntry {
  std::string name;
  Shape shape;
  DType dtype = DType::f32;
};

struct LoadWeightsOptions {
  // Layers take the weights of the layer of their name, all of them, and keep their own where there is none. Otherwise all
  // must fit: by name where every layer has its name in the file, else in order.
  bool by_name = false;
};

// What a model of this graph keeps in a file, in the order of its layers.
std::vector<TensorEntry> tensors_of(const Graph& graph);

// Leaves those of layers that both have.
void keep_common_layers(std::vector<TensorEntry>& needed, std::vector<TensorEntry>& held);

// Throws Error (file) with one line that counts what does not fit, and as details a table of it with the closest names.
void check_tensors(const std::vector<TensorEntry>& needed, const std::vector<TensorEntry>& held,
                   const std::string& where);

}  // namespace fovea
