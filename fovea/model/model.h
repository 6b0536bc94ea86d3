// A model: its graph, its numbers, and what belongs to them when it is kept in a file.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/layers/input.h"
#include "fovea/model/graph.h"
#include "fovea/model/parameters.h"

namespace fovea {

struct ModelInfo {
  std::vector<std::string> class_names;  // empty: not recorded
  std::string preprocessing;             // "unit", "caffe", … (data/preprocess.h); empty: not recorded
  std::string resize, interpolation;     // "stretch", "bilinear", … (data/resizing.h); empty: not recorded
  // What is done to pictures behind the preprocessing (data/standardize.h): its options, and its numbers by name; null and
  // none where nothing is.
  Json standardize = {};
  std::vector<std::pair<std::string, std::shared_ptr<const Array>>> statistics;
  Json provenance = Json::object();      // what made it: data, seed, epochs, version
};

class Model {
 public:
  // Parameters get their initializers' values for the seed.
  explicit Model(Graph graph, uint64_t seed = 0) : graph_(std::move(graph)), parameters_(graph_, seed) {}
  // Parameters are zero, to be set.
  Model(Graph graph, Unset) : graph_(std::move(graph)), parameters_(graph_, Unset{}) {}

  Graph& graph() { return graph_; }
  const Graph& graph() const { return graph_; }
  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }
  const std::string& name() const { return graph_.name(); }
  const Shape& input_shape() const { return graph_.input_shape(); }
  // The last axis of the output.
  int64_t outputs() const { return graph_.output_shape().back(); }
  // One output tells two classes apart: it is the probability of the second.
  int64_t classes() const { return outputs() == 1 ? 2 : outputs(); }
  // What one picture's outputs say of every class.
  void class_probabilities(const float* outputs, float* classes) const {
    if (this->outputs() == 1) classes[0] = 1 - outputs[0], classes[1] = outputs[0];
    else std::copy_n(outputs, this->outputs(), classes);
  }

  // Which model this is where it is called (model/functional.h); it goes along where the model is moved.
  const std::shared_ptr<const char>& identity() const { return identity_; }

  ModelInfo info;

 private:
  Graph graph_;
  Parameters parameters_;
  std::shared_ptr<const char> identity_ = std::make_shared<char>();
};

struct SequentialOptions {
  std::string name = "sequential";
  Shape input_shape;
  uint64_t seed = 0;
};

// A chain of layers:
//
//   Model model = sequential({.name = "small", .input_shape = {28, 28, 1}},
//                            Conv2D({.filters = 32, .kernel_size = 3, .activation = ActivationKind::relu}),
//                            Flatten(), Dense({.units = 10, .activation = ActivationKind::softmax}));
template <class... Layers>
Model sequential(const SequentialOptions& options, Layers&&... layers) {
  Graph graph(options.name);
  int last = graph.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = options.input_shape}), {});
  ((last = graph.add(std::make_shared<std::decay_t<Layers>>(std::forward<Layers>(layers)), {last})), ...);
  return Model(std::move(graph), options.seed);
}

}  // namespace fovea
