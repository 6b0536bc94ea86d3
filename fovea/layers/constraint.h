// Where a weight is held after each update (Keras: constraints/constraints.py).
#pragma once

#include <string>
#include <vector>

#include "fovea/base/fields.h"
#include "fovea/tensor/shape.h"

namespace fovea {

enum class ConstraintKind { none, max_norm, min_max_norm, unit_norm, non_neg };

// JSON: null, or Keras's name ("max_norm", "MaxNorm"), alone or with its config. Numbers left out are Keras's.
struct Constraint {
  ConstraintKind kind = ConstraintKind::none;
  double min_value = 0, max_value = 2;  // of a norm; max_value of min_max_norm is 1 unless said
  double rate = 1;                      // min_max_norm: how much of the way to the range a norm goes
  std::vector<int64_t> axis = {0};      // of the weight's shape: those that a norm sums over

  // Throws Error (usage) where the axes are none of the weight's.
  void check(const Shape& weight, const std::string& where) const;
};
void read_field(const Json& json, Constraint& value, const std::string& where);
Json write_field(const Constraint& value);

}  // namespace fovea
