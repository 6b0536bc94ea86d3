// Pictures moved at random.
#pragma once

#include "fovea/layers/random_layer.h"

namespace fovea {

struct RandomTranslationOptions {
  Factor height_factor = {}, width_factor = {};
  kernels::FillMode fill_mode = kernels::FillMode::reflect;
  Interpolation interpolation = Interpolation::bilinear;
  float fill_value = 0;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("height_factor", height_factor);
    v("width_factor", width_factor);
    v("fill_mode", fill_mode);
    v("interpolation", interpolation);
    v("fill_value", fill_value);
  }
};

// While training, moves each picture down and to the right by shares of its height and width (Keras:
// image_preprocessing/random_translation.py); else gives its input unchanged.
class RandomTranslation final : public LayerOf<RandomTranslation, RandomTranslationOptions> {
 public:
  static constexpr const char* kType = "RandomTranslation";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
};

}  // namespace fovea
