// What the layers that make one tensor of several are held to.
#pragma once

#include "fovea/kernels/merge_ref.h"
#include "tests/harness/check_layer.h"

namespace fovea {

inline Truth merge_truth(kernels::Merge merge) {
  const auto at = [](const std::vector<Doubles>& inputs, size_t i) {
    Doubles values;
    for (const Doubles& input : inputs) values.push_back(input[i]);
    return values;
  };
  Truth truth;
  truth.forward = [=](auto& inputs, auto&) {
    Doubles dst;
    for (size_t i = 0; i < inputs[0].size(); ++i) dst.push_back(kernels::merge_ref(merge, at(inputs, i)));
    return dst;
  };
  if (merge != kernels::Merge::maximum && merge != kernels::Merge::minimum) return truth;
  truth.backward = [=](auto& inputs, auto&, const Doubles& diff_output) {
    Gradients gradients = {std::vector<Doubles>(inputs.size(), Doubles(diff_output.size())), {}};
    for (size_t i = 0; i < diff_output.size(); ++i)
      gradients.inputs[kernels::merge_winner_ref(merge, at(inputs, i))][i] = diff_output[i];
    return gradients;
  };
  return truth;
}

template <class L>
void check_merge(kernels::Merge merge, const std::vector<size_t>& counts) {
  for (const Problem& problem : problems_to_check("maps"))
    for (const size_t count : counts)
      check_layer({.line = problem.line,
                   .layer = std::make_shared<L>(),
                   .batch = problem.size("n"),
                   .shapes = std::vector<Shape>(count, picture_of(problem)),
                   .truth = merge_truth(merge),
                   .terms = static_cast<int64_t>(count)});
}

// A layer on vectors that a person can check.
template <class L>
LayerResult merged(const std::vector<Floats>& inputs, const Floats& diff_output) {
  return run_layer({.layer = std::make_shared<L>(),
                    .batch = 1,
                    .shapes = std::vector<Shape>(inputs.size(), Shape{static_cast<int64_t>(diff_output.size())}),
                    .inputs = inputs,
                    .diff_output = diff_output});
}

}  // namespace fovea
