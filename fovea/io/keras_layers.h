// A model's layers and variables in the order in which Keras lists them: its files know layers by their place.
#pragma once

#include <string>
#include <vector>

#include "fovea/model/graph.h"

namespace fovea {

// The layers of a model (of Graph::nested, or -1) as `model.layers` has them, its input layer first; one element a layer,
// its first call. Keras orders a Functional model's layers by their distance from the outputs (ops/function.py, map_graph).
std::vector<Graph::Element> keras_layers(const Graph& graph, int model = -1);

// "Conv2D"; a nested model's is "Functional" or "Sequential".
std::string keras_class(const Graph& graph, const Graph::Element& layer);
std::string own_name(const Graph& graph, const Graph::Element& layer);

struct KerasVariable {
  std::string parameter;  // the parameter's path in the model, "base/conv/kernel"
  std::string layer;      // the own name of its layer, "conv"
  std::string name;       // "kernel"
  Shape shape;
  bool trains = true;     // neither frozen nor a statistic
};

// `layer.weights`: of a nested model those of its layers, one after the other.
std::vector<KerasVariable> keras_variables(const Graph& graph, const Graph::Element& layer);

}  // namespace fovea
