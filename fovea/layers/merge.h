// What the layers share that make one tensor of several, element by element.
#pragma once

#include "fovea/kernels/merge.h"
#include "fovea/layers/layer.h"

namespace fovea {

struct MergeOptions {
  std::string name = {};
  template <class Visitor>
  void fields(Visitor&) {}
};

// The one shape that two inputs or more have; throws Error naming the layer.
Shape merged_shape(const std::string& type, std::span<const Shape> src, const std::string& where);

// Forward; what backward needs, and which kernels it takes, is the layers' own. All inputs come in the first one's layout.
void plan_merge(Planner& planner, kernels::Merge merge, const std::string& name);
// Maximum and minimum, both ways.
void plan_selection(Planner& planner, kernels::Merge merge, const std::string& name);

}  // namespace fovea
