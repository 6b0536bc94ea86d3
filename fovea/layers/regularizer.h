// What a weight's size adds to the loss (Keras: regularizers/regularizers.py).
#pragma once

#include <string>

#include "fovea/base/fields.h"

namespace fovea {

// l1 · Σ|w| + l2 · Σw²; both 0: nothing. JSON: null, "l1", "l2", "l1_l2" (0.01 each), or L1, L2, L1L2 with their config.
struct Regularizer {
  double l1 = 0, l2 = 0;

  bool any() const { return l1 != 0 || l2 != 0; }
};
void read_field(const Json& json, Regularizer& value, const std::string& where);
Json write_field(const Regularizer& value);

}  // namespace fovea
