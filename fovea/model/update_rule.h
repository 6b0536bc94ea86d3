// How weights follow their gradients: what an optimizer gives to a plan.
#pragma once

#include <vector>

#include "fovea/kernels/kernel.h"
#include "fovea/model/parameters.h"

namespace fovea {

class UpdateRule {
 public:
  virtual ~UpdateRule() = default;
  // What the state buffers of a parameter start from: {0, 0} for Adam.
  virtual std::vector<float> slots() const = 0;
  // What is done to `elements` floats of a gradient before its squares are known: what earlier steps left is added.
  // Null where that is nothing. Arguments: gradient, the slots, scratch.
  virtual kernels::KernelPtr gather(int64_t /*elements*/) const { return nullptr; }
  // Updates `elements` floats of one parameter, wherever they lie in its layout. Step-dependent numbers (learning rate)
  // are the rule's own business. Arguments: gradient, weights, the slots, scale (one float that gradients are multiplied
  // by: clipping), scratch.
  virtual kernels::KernelPtr kernel(int64_t elements, const Parameter& parameter) const = 0;
};

}  // namespace fovea
