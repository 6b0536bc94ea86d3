// Batch normalisation.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct BatchNormalizationOptions {
  Axis axis = {-1};  // the channels
  double momentum = 0.99;
  float epsilon = 1e-3f;
  bool center = true, scale = true;
  Initializer beta_initializer = InitializerKind::zeros;
  Initializer gamma_initializer = InitializerKind::ones;
  Initializer moving_mean_initializer = InitializerKind::zeros;
  Initializer moving_variance_initializer = InitializerKind::ones;
  Regularizer beta_regularizer = {}, gamma_regularizer = {};
  Constraint beta_constraint = {}, gamma_constraint = {};
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("axis", axis);
    v("momentum", momentum);
    v("epsilon", epsilon);
    v("center", center);
    v("scale", scale);
    v("beta_initializer", beta_initializer);
    v("gamma_initializer", gamma_initializer);
    v("moving_mean_initializer", moving_mean_initializer);
    v("moving_variance_initializer", moving_variance_initializer);
    v("beta_regularizer", beta_regularizer);
    v("gamma_regularizer", gamma_regularizer);
    v("beta_constraint", beta_constraint);
    v("gamma_constraint", gamma_constraint);
  }
};

// y = gamma · (x - mean) / sqrt(variance + epsilon) + beta for each channel (Ioffe and Szegedy 2015; Keras:
// batch_normalization.py).
//
//   (…, c) -> (…, c)      parameters: gamma, beta, moving_mean, moving_variance, each (c)
//
// While training and trainable: mean and biased variance of the whole batch, to which the moving statistics follow
// (moving · momentum + batch · (1 - momentum)); units meet for them, forward and backward. Else: the moving statistics.
// Backward needs the input.
class BatchNormalization final : public LayerOf<BatchNormalization, BatchNormalizationOptions> {
 public:
  static constexpr const char* kType = "BatchNormalization";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> src) const override;
  double flops(std::span<const Shape> src, const Shape&) const override { return 2.0 * static_cast<double>(src[0].elements()); }
  void plan(Planner& planner) const override;

  bool fuses_relu() const override { return true; }
  bool fuses_relu6() const override { return true; }
  bool is_channel_affine() const override { return true; }
  std::optional<ChannelAffine> channel_affine(std::span<const std::vector<float>> parameters) const override;

 private:
  // Places among the parameters; -1 where there is none.
  int gamma() const { return options_.scale ? 0 : -1; }
  int beta() const { return options_.center ? (options_.scale ? 1 : 0) : -1; }
  int moving_mean() const { return (options_.scale ? 1 : 0) + (options_.center ? 1 : 0); }
  int moving_variance() const { return moving_mean() + 1; }
};

}  // namespace fovea
