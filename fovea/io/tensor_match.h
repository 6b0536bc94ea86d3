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

// What a model of this graph keeps in a file, in the order of its layers.
std::vector<TensorEntry> tensors_of(const Graph& graph);

// Throws Error (file) with one line that counts what does not fit, and as details a table of it with the closest names.
void check_tensors(const std::vector<TensorEntry>& needed, const std::vector<TensorEntry>& held,
                   const std::string& where);

}  // namespace fovea
