// A model's layers and how they are connected: a directed graph without cycles, in an order in which every layer comes
// after its inputs. It holds no numbers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fovea/layers/layer.h"

namespace fovea {

// A call of a layer.
struct Node {
  std::shared_ptr<Layer> layer;
  std::vector<int> inputs;  // places of earlier nodes
  std::vector<Shape> input_shapes;
  Shape shape;    // of the output, for one picture
  int owner = 0;  // the node of the layer's first call, which has its parameters: this one, unless the layer is shared
  int call = 0;   // which of the layer's calls this is
  std::optional<bool> own_training = {};  // fixed in the call, layer(x, training=…)
  std::optional<bool> training = {};  // what it does whatever the model does: so fixed, or by calls of models around it
  int nested = -1;                    // the innermost model inside the model that it belongs to; -1: none
};

// A model that stands as a layer in another. Its layers are nodes of the graph like all others; they bear its path before
// their names, "vgg16/block5_conv3", and lie together. The first of a call is its input layer, which gives what comes in.
struct NestedModel {
  struct Call {
    int first = 0, last = 0;   // nodes: last is the one behind
    std::vector<int> outputs;  // nodes
    std::optional<bool> training = {};  // fixed in the call, for all in it whose own calls fix nothing
  };
  std::string path;
  bool sequential = false;
  int parent = -1;
  std::vector<Call> calls;
};

class Graph {
 public:
  explicit Graph(std::string name = "sequential") : name_(std::move(name)) {}

  // Adds a layer behind `inputs` (places of nodes) and returns its place. A layer without a name gets one as Keras would:
  // conv2d, conv2d_1, … counted within its model. Throws Error (usage) for shapes that do not fit or a name used twice.
  int add(std::shared_ptr<Layer> layer, std::vector<int> inputs, std::optional<bool> training = {});
  // Calls the layer of a node once more, with the same parameters.
  int call(int node, std::vector<int> inputs, std::optional<bool> training = {});

  // What is added between the two belongs to a model inside this one (or inside the one that is open), whose first layer
  // is an InputLayer. `enter` returns its place among nested().
  int enter(const std::string& name, bool sequential, std::optional<bool> training = {});
  void leave(std::vector<int> outputs);
  // Calls a model inside this one once more, with the same parameters; returns its outputs.
  std::vector<int> call_nested(int nested, int input, std::optional<bool> training = {});
  // Another graph as a model inside this one: its layers are copied. Returns its outputs.
  std::vector<int> add_nested(const Graph& other, const std::string& name, int input, std::optional<bool> training = {});
  // A copy of what these nodes need; `outputs` become their places in it.
  Graph leading_to(std::vector<int>& outputs) const;
  const std::vector<NestedModel>& nested() const { return nested_; }
  const NestedModel& nested(int at) const { return nested_[static_cast<size_t>(at)]; }

  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  // Keras's Sequential: one chain, whose input layer is not listed. A branch makes a model that is not.
  bool sequential() const { return sequential_; }
  void set_sequential(bool sequential) { sequential_ = sequential; }

  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(int at) const { return nodes_[static_cast<size_t>(at)]; }
  int size() const { return static_cast<int>(nodes_.size()); }
  int input() const { return 0; }
  // What the model predicts, and is trained by.
  int output() const { return output_ < 0 ? size() - 1 : output_; }
  void set_output(int node);
  // What is trained where that is another node: the model's class calls its layers otherwise while it trains.
  int training_output() const { return training_output_ < 0 ? output() : training_output_; }
  void set_training_output(int node) { training_output_ = node; }
  // All outputs that the model has in its file, in order; output() is one of them.
  std::vector<int> outputs() const { return outputs_.empty() ? std::vector<int>{output()} : outputs_; }
  size_t output_place() const;  // of output() among them
  void set_outputs(std::vector<int> nodes) { outputs_ = std::move(nodes); }
  const Shape& input_shape() const { return nodes_.front().shape; }
  const Shape& output_shape() const { return node(output()).shape; }

  // What a model consists of, seen from within: calls of its own layers and of the models in it, in order. `model` is one of
  // nested(), of whose first call this tells, or -1.
  struct Element {
    int node = -1;    // a layer's call, or
    int nested = -1;  // a model's
    int call = 0;     // the how manieth
  };
  std::vector<Element> elements(int model = -1) const;
  std::vector<int> inputs(const Element& element) const;   // nodes
  std::vector<int> outputs(const Element& element) const;  // nodes
  std::optional<bool> training(const Element& element) const;  // fixed in the call

  // A node's output as the layers of `model` refer to it.
  struct Reference {
    std::string layer;   // own name
    int nested = -1;     // the model that this layer is, if it is one
    int call = 0, output = 0;
  };
  Reference reference(int node, int model = -1) const;

  // A layer's name within its own model: block5_conv3.
  std::string own_name(int node) const;
  std::string own_name(const NestedModel& nested) const;
  // The place of a layer's first call, by path or by a name that only one layer has; or Error (usage) that lists near
  // misses.
  int find(const std::string& layer) const;

 private:
  bool is_used(const std::string& path) const;
  int child(int inner, int model) const;
  int call_with(int model, int node) const;
  std::optional<bool> training_around() const;
  int append(Node node);
  std::vector<int> copy_model(const Graph& other, int model, const std::string& name, int input,
                              std::optional<bool> training, std::map<int, int>& twins, std::map<int, int>& models);
  std::vector<int> repeat(int nested, const NestedModel::Call& call, int input, std::optional<bool> training,
                          std::map<int, int>& twins);

  std::string name_;
  std::vector<Node> nodes_;
  std::vector<NestedModel> nested_;
  int open_ = -1;   // the nested model that is being added to
  int last_ = -1;   // the output of what was added last to the model itself
  int output_ = -1, training_output_ = -1;
  std::vector<int> outputs_;
  bool sequential_ = true;
};

// Keras's automatic name: Conv2D -> conv2d, MaxPooling2D -> max_pooling2d, ReLU -> re_lu (Keras: utils/naming.py).
std::string snake_case(const std::string& class_name);

}  // namespace fovea
