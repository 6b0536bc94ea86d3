// Rescaling of numbers.
#pragma once

#include "fovea/layers/channel_numbers.h"
#include "fovea/layers/layer.h"

namespace fovea {

struct RescalingOptions {
  ChannelNumbers scale = 1, offset = 0;
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("scale", scale);
    v("offset", offset);
  }
};

// y = x · scale + offset, with numbers for all channels or one for each (Keras: rescaling.py).
class Rescaling final : public LayerOf<Rescaling, RescalingOptions> {
 public:
  static constexpr const char* kType = "Rescaling";
  using LayerOf::LayerOf;

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;

 private:
  void plan_by_channel(Planner& planner) const;
};

}  // namespace fovea
