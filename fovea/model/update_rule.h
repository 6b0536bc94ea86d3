// How weights follow their gradients: what an optimizer gives to a plan.
#pragma once

#include "fovea/kernels/kernel.h"
#include "fovea/model/parameters.h"

namespace fovea {

class UpdateRule {
 public:
  virtual ~UpdateRule() = default;
  // State buffers a parameter: 2 for Adam.
  virtual int slots() const = 0;
  // Updates `elements` floats of one parameter, wherever they lie in its layout. Step-dependent numbers (learning rate)
  // are the rule's own business. Arguments: gradient, weights, the slots, scale (one float that gradients are multiplied
  // by: clipping), scratch.
  virtual kernels::KernelPtr kernel(int64_t elements, const Parameter& parameter) const = 0;
};

}  // namespace fovea
