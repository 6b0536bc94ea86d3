// Pictures zoomed at random.
#pragma once

#include "fovea/layers/random_layer.h"

namespace fovea {

struct RandomZoomOptions {
  Factor height_factor = {};
  std::optional<Factor> width_factor = {};  // default: as much as the height
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

// While training, zooms each picture about its middle: above 0 out, below 0 in (Keras:
// image_preprocessing/random_zoom.py); else gives its input unchanged.
class RandomZoom final : public LayerOf<RandomZoom, RandomZoomOptions> {
 public:
  static constexpr const char* kType = "RandomZoom";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
};

}  // namespace fovea
