// Parts of pictures, cut at random.
#pragma once

#include "fovea/layers/random_layer.h"

namespace fovea {

struct RandomCropOptions {
  int64_t height = 1, width = 1;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("height", height);
    v("width", width);
  }
};

// While training, cuts a random part out of each picture (Keras: image_preprocessing/random_crop.py, which draws one
// place for a whole batch). Otherwise, and where the picture is not larger both ways, the largest middle part of the
// right ratio is brought to size: bilinear, half-pixel centres.
//
//   (h, w, c) -> (height, width, c)
class RandomCrop final : public LayerOf<RandomCrop, RandomCropOptions> {
 public:
  static constexpr const char* kType = "RandomCrop";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool random_in_training() const override { return true; }
};

}  // namespace fovea
