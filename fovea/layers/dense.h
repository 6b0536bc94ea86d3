// A fully connected layer.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct DenseOptions {
  int64_t units = 0;
  ActivationKind activation = ActivationKind::linear;
  bool use_bias = true;
  Initializer kernel_initializer = InitializerKind::glorot_uniform;
  Initializer bias_initializer = InitializerKind::zeros;
  Regularizer kernel_regularizer = {}, bias_regularizer = {};
  Constraint kernel_constraint = {}, bias_constraint = {};
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("units", units);
    v("activation", activation);
    v("use_bias", use_bias);
    v("kernel_initializer", kernel_initializer);
    v("bias_initializer", bias_initializer);
    v("kernel_regularizer", kernel_regularizer);
    v("bias_regularizer", bias_regularizer);
    v("kernel_constraint", kernel_constraint);
    v("bias_constraint", bias_constraint);
  }
};

// y = x · kernel + bias over the last axis, then the activation (Keras: layers/core/dense.py).
//
//   (…, features) -> (…, units)      parameters: kernel (features, units), bias (units)
//
// Backward needs the input. Runs once a lane: its matrices want many rows.
class Dense final : public LayerOf<Dense, DenseOptions> {
 public:
  static constexpr const char* kType = "Dense";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> src) const override;
  double flops(std::span<const Shape> src, const Shape& dst) const override;
  void plan(Planner& planner) const override;

  Scope scope() const override { return Scope::lane; }
  ActivationKind activation() const override { return options_.activation; }
  LayerPtr without_activation() const override;
  bool fuses_relu() const override { return true; }
  bool folds_affine_before() const override { return options_.use_bias; }
  LayerPtr with_bias() const override;
  bool folds_affine_behind() const override { return true; }
  void fold_before(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                   std::span<const Shape> shapes) const override;
  void fold_behind(const ChannelAffine& map, std::vector<std::vector<float>>& parameters,
                   std::span<const Shape> shapes) const override;
};

}  // namespace fovea
