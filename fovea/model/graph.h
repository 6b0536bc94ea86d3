// A model's layers and how they are connected: a directed graph without cycles, in an order in which every layer comes
// after its inputs. It holds no numbers.
#pragma once

#include <string>
#include <vector>

#include "fovea/layers/layer.h"

namespace fovea {

struct Node {
  std::shared_ptr<Layer> layer;
  std::vector<int> inputs;         // places of earlier nodes
  std::vector<Shape> input_shapes;
  Shape shape;                     // of the output, for one picture
};

class Graph {
 public:
  explicit Graph(std::string name = "sequential") : name_(std::move(name)) {}

  // Adds a layer behind `inputs` (places of nodes) and returns its place. A layer without a name gets one as Keras would:
  // conv2d, conv2d_1, … counted within this model. Throws Error (usage) for shapes that do not fit or a name used twice.
  int add(std::shared_ptr<Layer> layer, std::vector<int> inputs);

  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  // Keras's Sequential: one chain, whose input layer is not listed. A branch makes a model that is not.
  bool sequential() const { return sequential_; }
  void set_sequential(bool sequential) { sequential_ = sequential; }

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(int at) const { return nodes_[static_cast<size_t>(at)]; }
  int size() const { return static_cast<int>(nodes_.size()); }
  int input() const { return 0; }
  int output() const { return output_ < 0 ? size() - 1 : output_; }
  void set_output(int node) {
    output_ = node;
    if (node != size() - 1) sequential_ = false;
  }
  const Shape& input_shape() const { return nodes_.front().shape; }
  const Shape& output_shape() const { return node(output()).shape; }

  // The place of a layer by name, or Error (usage) that lists near misses.
  int find(const std::string& layer) const;

 private:
  std::string name_;
  std::vector<Node> nodes_;
  int output_ = -1;
  bool sequential_ = true;
};

// Keras's automatic name: Conv2D -> conv2d, MaxPooling2D -> max_pooling2d, ReLU -> re_lu (Keras: utils/naming.py).
std::string snake_case(const std::string& class_name);

}  // namespace fovea
