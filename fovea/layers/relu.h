// The rectifier with its options.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct ReLUOptions {
  std::optional<float> max_value = {};
  float negative_slope = 0, threshold = 0;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("max_value", max_value);
    v("negative_slope", negative_slope);
    v("threshold", threshold);
  }
};

// max_value where x ≥ max_value; x where x ≥ threshold; negative_slope · (x - threshold) else (Keras: activations/relu.py).
// Backward needs the input, or the output alone where all options are at their defaults.
class ReLU final : public LayerOf<ReLU, ReLUOptions> {
 public:
  static constexpr const char* kType = "ReLU";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  std::optional<ActivationKind> is_activation() const override {
    if (options_.negative_slope != 0 || options_.threshold != 0) return std::nullopt;
    if (!options_.max_value) return ActivationKind::relu;
    return *options_.max_value == 6 ? std::optional(ActivationKind::relu6) : std::nullopt;
  }

 private:
  bool plain() const { return !options_.max_value && options_.negative_slope == 0 && options_.threshold == 0; }
};

}  // namespace fovea
