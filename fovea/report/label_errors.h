// Labels that a model doubts: confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating
// uncertainty in dataset labels").
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

struct LabelDoubt {
  int64_t picture = 0;
  int32_t suggested = 0;
  double margin = 0;  // p(suggested) - p(label)
};

// A class's threshold is the mean of its probability over the pictures that bear its label. A label is doubted where,
// of the classes whose probability reaches their threshold, the likeliest is another. The largest margin first.
// `table` is (pictures, classes) probabilities.
std::vector<LabelDoubt> doubted_labels(std::span<const float> table, int64_t classes, std::span<const int32_t> labels);

}  // namespace fovea
