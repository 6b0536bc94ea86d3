// A graph that grows layer by layer: what the architectures are written in.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "fovea/layers/activation.h"
#include "fovea/layers/batch_normalization.h"
#include "fovea/layers/conv2d.h"
#include "fovea/layers/dense.h"
#include "fovea/layers/global_average_pooling2d.h"
#include "fovea/layers/input.h"
#include "fovea/layers/relu.h"
#include "fovea/model/graph.h"

namespace fovea::zoo {

class Net {
 public:
  Net(const std::string& name, const Shape& picture_shape) : graph_(name) {
    graph_.add(std::make_shared<InputLayer>(InputLayerOptions{.shape = picture_shape}), {});
    graph_.set_sequential(false);
  }

  // The place of what was added last.
  int last() const { return graph_.size() - 1; }
  int64_t channels(int node) const { return graph_.node(node).shape.back(); }
  const Shape& shape(int node) const { return graph_.node(node).shape; }

  // Behind the last layer, or behind others.
  template <class L>
  int add(L layer) {
    return add(std::move(layer), last());
  }
  template <class L, class... Nodes>
  int add(L layer, int input, Nodes... more) {
    return graph_.add(std::make_shared<L>(std::move(layer)), {input, more...});
  }

  int relu(const std::string& name) { return add(Activation({.activation = ActivationKind::relu, .name = name})); }
  // The last layers of most: the mean of each map, and the classes.
  int mean_and_classes(int64_t classes) {
    add(GlobalAveragePooling2D({.name = "avg_pool"}));
    return predictions(classes);
  }
  int predictions(int64_t classes) {
    return add(Dense({.units = classes, .activation = ActivationKind::softmax, .name = "predictions"}));
  }

  Graph take() { return std::move(graph_); }

 private:
  Graph graph_;
};

}  // namespace fovea::zoo
