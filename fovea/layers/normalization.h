// Normalisation by a mean and a variance that are known.
#pragma once

#include "fovea/layers/channel_numbers.h"
#include "fovea/layers/layer.h"

namespace fovea {

struct NormalizationOptions {
  Axis axis = {-1};  // the channels
  std::optional<ChannelNumbers> mean = {}, variance = {};
  bool invert = false;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("axis", axis);
    v("mean", mean);
    v("variance", variance);
    v("invert", invert);
  }
};

// y = (x - mean) / max(√variance, 1e-7) for each channel; inverted, y = mean + x · max(√variance, 1e-7) (Keras:
// preprocessing/normalization.py).
//
//   (…, c) -> (…, c)      parameters where the options give no mean: mean (c), variance (c), count (), none of them trains
//
// An affine map of channels in training and inference alike.
class Normalization final : public LayerOf<Normalization, NormalizationOptions> {
 public:
  static constexpr const char* kType = "Normalization";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool is_channel_affine() const override { return true; }
  std::optional<ChannelAffine> channel_affine(std::span<const std::vector<float>> parameters) const override;
};

}  // namespace fovea
