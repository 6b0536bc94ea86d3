// Where pictures come into a model.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

struct InputLayerOptions {
  Shape shape;  // of one picture
  std::string name = {};
  std::vector<int> open = {};  // axes that the architecture leaves to the data, which fixed them

  template <class Visitor>
  void fields(Visitor& v) {
    v("batch_shape", shape);
  }
};

// JSON: [null, 32, 32, 3], as Keras writes it; the batch is always open.
void read_field(const Json& json, Shape& value, const std::string& where);
Json write_field(const Shape& value);

class InputLayer final : public LayerOf<InputLayer, InputLayerOptions> {
 public:
  static constexpr const char* kType = "InputLayer";
  using LayerOf::LayerOf;

  // Of a model inside a model it has one input, and gives it unchanged.
  std::optional<ActivationKind> is_activation() const override { return ActivationKind::linear; }
  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
};

}  // namespace fovea
