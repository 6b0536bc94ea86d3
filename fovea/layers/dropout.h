// Dropout.
#pragma once

#include "fovea/layers/layer.h"

namespace fovea {

// The shape of what is drawn: of the batch (null) and of every axis of a picture null for its size, or 1 where all along it
// share one fate. JSON as Keras's: [null, 1, 1, 1] drops whole pictures.
struct NoiseShape {
  std::vector<std::optional<int64_t>> sizes;
};
void read_field(const Json& json, NoiseShape& value, const std::string& where);
Json write_field(const NoiseShape& value);

struct DropoutOptions {
  float rate = 0.5f;
  std::optional<NoiseShape> noise_shape = {};  // unset: each number on its own
  std::string name = {};

  template <class Visitor>
  void fields(Visitor& v) {
    v("rate", rate);
    v("noise_shape", noise_shape);
  }
};

// While training, drops an element with probability `rate` and multiplies the others by 1 / (1 - rate) (Srivastava et al.
// 2014; Keras: regularization/dropout.py); else gives its input unchanged. A frozen layer drops all the same.
class Dropout final : public LayerOf<Dropout, DropoutOptions> {
 public:
  static constexpr const char* kType = "Dropout";
  using LayerOf::LayerOf;
  explicit Dropout(float rate) : Dropout(DropoutOptions{.rate = rate}) {}

  Shape infer(std::span<const Shape> src) const override;
  void plan(Planner& planner) const override;
  bool identity_in_inference() const override { return true; }
  Commutes commutes_with_affine() const override { return Commutes::always; }

 private:
  // Along which axes of a picture numbers are dropped on their own; throws Error (usage) for a shape that does not fit.
  std::vector<bool> own_fates(const Shape& src) const;
};

}  // namespace fovea
