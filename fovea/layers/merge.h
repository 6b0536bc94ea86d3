// What the layers share that make one tensor of several, element by element.
//
// Inputs of other shapes are stretched as Keras stretches them: missing leading axes are 1, and axes of 1 become as long as the
// others' (Keras: layers/merging/base_merge.py); of four axes or more, those before the last two all together. The gradient of
// such an input is the sum over what was stretched.
#pragma once

#include <vector>

#include "fovea/kernels/merge.h"
#include "fovea/layers/layer.h"

namespace fovea {

struct MergeOptions {
  std::string name = {};
  template <class Visitor>
  void fields(Visitor&) {}
};

// The shape that two inputs or more have when they are stretched; throws Error naming the layer.
Shape merged_shape(const std::string& type, std::span<const Shape> src, const std::string& where);

// A merge's inputs while it is planned, all of the output's shape and in one layout.
class MergeInputs {
 public:
  // Stretches what has to be. `planner` outlives it only as far as its plan is made.
  explicit MergeInputs(Planner& planner);

  const Layout& layout() const { return layout_; }
  int count() const { return static_cast<int>(values_.size()); }
  const Value& operator[](int i) const { return values_[static_cast<size_t>(i)]; }
  std::vector<Arg> args() const;  // to read them

  // For use inside `backward`, of an input whose gradient is wanted. Where a step is to write the gradient of the
  // stretched input, and, behind that step, its sum where it was stretched; or a gradient that is there already.
  Value diff(int i) const;
  void sum_diff(int i, const Value& diff) const;
  void diff_is(int i, const Value& diff) const;

 private:
  bool is_stretched(int i) const;
  Layout own_layout(int i) const;

  Planner& planner_;
  Layout layout_;
  std::vector<Value> values_;
};

// Forward; what backward needs, and which kernels it takes, is the layers' own.
MergeInputs plan_merge(Planner& planner, kernels::Merge merge, const std::string& name);
// Maximum and minimum, both ways.
void plan_selection(Planner& planner, kernels::Merge merge, const std::string& name);

}  // namespace fovea
