// Group normalisation.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct GroupNormalizationOptions {
  int64_t groups = 32;  // -1: as many as channels
  Axis axis = {-1};     // the channels
  float epsilon = 1e-3f;
  bool center = true, scale = true;
  Initializer beta_initializer = InitializerKind::zeros;
  Initializer gamma_initializer = InitializerKind::ones;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("groups", groups);
    v("axis", axis);
    v("epsilon", epsilon);
    v("center", center);
    v("scale", scale);
    v("beta_initializer", beta_initializer);
    v("gamma_initializer", gamma_initializer);
  }
};

// y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, with mean and biased variance of each group of channels that
// follow one another, in each picture (Wu and He 2018; Keras: group_normalization.py). With as many groups as channels
// it is instance normalisation.
//
//   (…, c) -> (…, c)      parameters: gamma, beta, each (c)
//
// Backward needs the input.
class GroupNormalization final : public LayerOf<GroupNormalization, GroupNormalizationOptions> {
 public:
  static constexpr const char* kType = "GroupNormalization";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> src) const override;
  double flops(std::span<const Shape> src, const Shape&) const override { return 2.0 * static_cast<double>(src[0].elements()); }
  void plan(Planner& planner) const override;

  bool fuses_relu() const override { return true; }
};

}  // namespace fovea
