// The exponential linear unit.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct ELUOptions {
  float alpha = 1;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("alpha", alpha);
  }
};

// x where x > 0, alpha · (e^x - 1) else (Clevert et al. 2015; Keras: activations/elu.py). Its derivative at 0 is alpha.
// Backward needs the output.
class ELU final : public LayerOf<ELU, ELUOptions> {
 public:
  static constexpr const char* kType = "ELU";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
};

}  // namespace fovea
