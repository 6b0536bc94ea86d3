// The rectifier whose slopes are learnt.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct PReLUOptions {
  Initializer alpha_initializer = InitializerKind::zeros;
  std::optional<std::vector<int64_t>> shared_axes = {};  // Keras counts the batch as axis 0
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("alpha_initializer", alpha_initializer);
    v("shared_axes", shared_axes);
  }
};

// x where x > 0, alpha · x below 0 (He et al. 2015; Keras: activations/prelu.py).
//
//   (h, w, c) -> (h, w, c)      parameters: alpha, of the input's shape, with 1 along the shared axes
//
// Both derivatives are 0 at x = 0. Backward needs the input.
class PReLU final : public LayerOf<PReLU, PReLUOptions> {
 public:
  static constexpr const char* kType = "PReLU";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
};

}  // namespace fovea
