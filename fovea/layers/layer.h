// A layer of a model: its shape rule, its parameters, its options as JSON, and how it is planned.
//
// A layer holds no numbers and no memory: weights belong to the model, everything else to plans. Passes over a model ask
// layers what they are able to; nothing outside this folder asks which layer it is.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/layers/constraint.h"
#include "fovea/layers/initializer.h"
#include "fovea/layers/options.h"
#include "fovea/layers/planner.h"
#include "fovea/layers/regularizer.h"
#include "fovea/tensor/shape.h"

namespace fovea {

struct ParameterSpec {
  std::string name;  // "kernel"
  Shape shape;       // as Keras has it
  Initializer initializer;
  bool trainable = true;  // false: moving statistics
  Regularizer regularizer = {};  // of the loss, while it trains
  Constraint constraint = {};    // after every update
};

class Layer;
using LayerPtr = std::shared_ptr<const Layer>;

// y = x · scale + shift for each channel: what an inference-mode normalisation is to its neighbours.
struct ChannelAffine {
  std::vector<float> scale, shift;
};

enum class Scope { tile, lane };

class Layer {
 public:
  virtual ~Layer() = default;

  virtual std::string type() const = 0;                     // Keras's class name, "Conv2D"
  virtual Json options() const = 0;                         // Keras's argument names
  virtual Shape infer(std::span<const Shape> src) const = 0;  // throws Error (usage) naming the layer
  virtual std::vector<ParameterSpec> parameters(std::span<const Shape>) const { return {}; }
  virtual double flops(std::span<const Shape>, const Shape&) const { return 0; }  // of one picture, forward
  virtual void plan(Planner& planner) const = 0;

  // Lane: works better on many rows at once, and on features.
  virtual Scope scope() const { return Scope::tile; }
  // Gives its input unchanged outside training (Dropout).
  virtual bool identity_in_inference() const { return false; }
  // Draws at random in training.
  virtual bool random_in_training() const { return identity_in_inference(); }
  // The activation that Keras would apply behind this layer's own work, and the same layer without it.
  virtual ActivationKind activation() const { return ActivationKind::linear; }
  virtual LayerPtr without_activation() const { return nullptr; }
  // The layers that this one is in a row, where it is no more than these; its parameters are theirs, in order. It is they
  // that are planned.
  virtual std::vector<LayerPtr> parts() const { return {}; }
  // What this layer is, when it is nothing but an activation.
  virtual std::optional<ActivationKind> is_activation() const { return {}; }
  // Applies max(0, ·) at no cost when Planner::fused_relu says so; and min(6, ·) behind it, as Planner::relu_limit says.
  virtual bool fuses_relu() const { return false; }
  virtual bool fuses_relu6() const { return false; }
  // What this layer is, when it is nothing but zeros around its input.
  virtual std::optional<Margins> zero_padding() const { return {}; }
  // The same layer on an input without these zeros around it; null where it cannot do that.
  virtual LayerPtr with_padding(const Margins&) const { return nullptr; }
  // Inference: this layer as an affine map of channels, from its parameters (Keras's order and layout).
  virtual std::optional<ChannelAffine> channel_affine(std::span<const std::vector<float>>) const { return {}; }
  virtual bool is_channel_affine() const { return false; }
  // Inference: parameters that make this layer do what `map` before (behind) it does too; empty if that is not exact.
  // Where the layer has no bias, it is `with_bias` that does: the same layer with one, behind its other parameters.
  virtual bool folds_affine_before() const { return false; }
  virtual bool folds_affine_behind() const { return false; }
  virtual LayerPtr with_bias() const { return nullptr; }
  virtual void fold_before(const ChannelAffine&, std::vector<std::vector<float>>&, std::span<const Shape>) const {}
  virtual void fold_behind(const ChannelAffine&, std::vector<std::vector<float>>&, std::span<const Shape>) const {}
  // An affine map of channels before this layer equals the same map behind it: always, or where its scale is ≥ 0.
  enum class Commutes { never, if_scale_not_negative, always };
  virtual Commutes commutes_with_affine() const { return Commutes::never; }

  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  bool trainable() const { return trainable_; }
  void set_trainable(bool trainable) { trainable_ = trainable; }

  // name, trainable and options: what Keras's get_config gives.
  Json config() const;

  virtual std::shared_ptr<Layer> clone() const = 0;
  // Copies of a layer are the same layer where it is called (model/functional.h): they share their parameters.
  const std::shared_ptr<const char>& identity() const { return identity_; }

 protected:
  [[nodiscard]] std::string where() const { return name_.empty() ? type() : name_; }
  const Shape& only(std::span<const Shape> src, int rank) const;  // one input of that rank (0: any), else Error

 private:
  std::string name_;
  bool trainable_ = true;
  std::shared_ptr<const char> identity_ = std::make_shared<char>();
};

// A layer that applies one activation and nothing else.
LayerPtr activation_layer(ActivationKind kind, const std::string& name);

// Gives a layer its options, type name and JSON: class Dense : public LayerOf<Dense, DenseOptions>.
template <class Self, class Options>
class LayerOf : public Layer {
 public:
  explicit LayerOf(Options options = {}) : options_(std::move(options)) { set_name(std::move(options_.name)); }
  std::string type() const override { return Self::kType; }
  Json options() const override { return options_to_json(options_); }
  const Options& get() const { return options_; }
  std::shared_ptr<Layer> clone() const override { return std::make_shared<Self>(static_cast<const Self&>(*this)); }

  // Calls the layer on symbolic tensors (model/functional.h): Conv2D({.filters = 8})(x), Add()(x, y).
  template <class Tensor, class... Tensors>
  Tensor operator()(const Tensor& x, const Tensors&... more) const {
    return x.apply(*this, {x, more...});
  }

 protected:
  // A copy of the layer that differs in an option.
  template <class Value>
  LayerPtr with(Value Options::*option, std::type_identity_t<Value> value) const {
    auto layer = std::make_shared<Self>(static_cast<const Self&>(*this));
    layer->options_.*option = std::move(value);
    return layer;
  }

  Options options_;
};

}  // namespace fovea
