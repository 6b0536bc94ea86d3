// Models of any shape in C++: layers called on symbolic tensors, as in Keras.
//
//   SymbolicTensor x = input({.shape = {32, 32, 3}});
//   SymbolicTensor a = Conv2D({.filters = 16, .kernel_size = 3, .padding = Padding::same})(x);
//   SymbolicTensor b = Conv2D({.filters = 16, .kernel_size = 1})(x);
//   Model model = functional(x, Dense({.units = 10, .activation = ActivationKind::softmax})(
//                                   GlobalAveragePooling2D()(Add()(a, b))));
//
// A layer that is called twice has one set of parameters, copies of it too. A model is called like a layer:
// nested(base, x).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fovea/model/model.h"

namespace fovea {

class SymbolicGraph;

// The output of a call, of which only the shape is known.
class SymbolicTensor {
 public:
  const Shape& shape() const;

  // layer(x, training=…) in Keras: what the layer does is fixed, whatever the model does. `dropout(x.training(true))`
  // drops in prediction too. Of a model, nested(base, x.training(false)), it is for all in it whose own calls fix
  // nothing.
  SymbolicTensor training(bool training) const;
  // The call behind layer(x, y, …); `inputs` are of one model.
  SymbolicTensor apply(const Layer& layer, const std::vector<SymbolicTensor>& inputs) const;

 private:
  friend class SymbolicGraph;
  SymbolicTensor(std::shared_ptr<SymbolicGraph> graph, int node) : graph_(std::move(graph)), node_(node) {}

  std::shared_ptr<SymbolicGraph> graph_;
  int node_ = 0;
  std::optional<bool> training_ = {};
};

// Where a model's pictures come in. Throws Error (usage) for a shape without sizes.
SymbolicTensor input(const InputLayerOptions& options);

// A model as a layer, with the numbers that it has now; of several outputs it gives the one that predicts.
// The name, if not given, is the model's own; called again, it shares its parameters. Throws Error (usage) where the
// shapes do not fit, or where another layer bears the name.
SymbolicTensor nested(const Model& model, const SymbolicTensor& x, const std::string& name = {});

struct FunctionalOptions {
  std::string name = "functional";
  uint64_t seed = 0;
};

// The model between an input and an output (or several, the first of which predicts and is trained); calls that lead
// to no output are not part of it. Throws Error (usage) where an output does not come from this input.
Model functional(const SymbolicTensor& input, const SymbolicTensor& output, const FunctionalOptions& options = {});
Model functional(const SymbolicTensor& input, const std::vector<SymbolicTensor>& outputs,
                 const FunctionalOptions& options = {});

// A model as a class, as Keras's subclassed models are: layers are members, `call` says what is done with them.
//
//   class CustomCNN final : public CustomModel {
//     SymbolicTensor call(const SymbolicTensor& pictures, bool training) const override {
//       SymbolicTensor x = flatten_(pool_(conv_(pictures)));
//       if (training) x = dropout_(x);
//       return dense_(x);
//     }
//     Conv2D conv_{{.filters = 32, .kernel_size = 3, .activation = ActivationKind::relu}};
//     …
//   };
//   Model model = build(CustomCNN(), {.name = "custom_cnn", .input_shape = {32, 32, 3}});
class CustomModel {
 public:
  virtual ~CustomModel() = default;
  // Asked twice while the model is built, for what it does in training and in inference; may differ in anything but the
  // output's shape.
  virtual SymbolicTensor call(const SymbolicTensor& x, bool training) const = 0;
};

Model build(const CustomModel& model, const SequentialOptions& options);

}  // namespace fovea
