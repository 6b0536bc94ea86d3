// Layer normalisation.
#pragma once

#include "fovea/kernels/picture_norm.h"
#include "fovea/layers/layer.h"

namespace fovea {

struct LayerNormalizationOptions {
  Axes axis = {};  // the channels; the batch counts as axis 0
  float epsilon = 1e-3f;
  bool center = true, scale = true;
  bool rms_scaling = false;
  Initializer beta_initializer = InitializerKind::zeros;
  Initializer gamma_initializer = InitializerKind::ones;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("axis", axis);
    v("epsilon", epsilon);
    v("center", center);
    v("scale", scale);
    v("rms_scaling", rms_scaling);
    v("beta_initializer", beta_initializer);
    v("gamma_initializer", gamma_initializer);
  }
};

// y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, with mean and biased variance of each picture along the axes
// alone (Ba et al. 2016; Keras: layer_normalization.py).
//
//   any shape -> the same      parameters: gamma, beta, each of the axes' sizes in order
//
// rms_scaling: y = gamma · x / sqrt(variance + epsilon). Of shapes of more than three axes, the first ones (all but the
// last two) are taken together or not at all. Backward needs the input.
class LayerNormalization final : public LayerOf<LayerNormalization, LayerNormalizationOptions> {
 public:
  static constexpr const char* kType = "LayerNormalization";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> src) const override;
  double flops(std::span<const Shape> src, const Shape&) const override { return 2.0 * static_cast<double>(src[0].elements()); }
  void plan(Planner& planner) const override;

  bool fuses_relu() const override { return true; }

 private:
  bool has_gamma() const { return options_.scale || options_.rms_scaling; }
  bool has_beta() const { return options_.center && !options_.rms_scaling; }
  // By axis of the shape.
  std::vector<bool> together(const Shape& src) const;
};

}  // namespace fovea
