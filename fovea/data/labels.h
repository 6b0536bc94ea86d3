// Labels as files have them: integers or one-hot rows, checked.
#pragma once

#include <string>
#include <vector>

#include "fovea/tensor/array.h"

namespace fovea {

struct Labels {
  std::vector<int32_t> values;
  int64_t one_hot_classes = 0;  // 0: they were integers

  // The largest label and one; 0 without labels.
  int64_t counted_classes() const;
};

inline constexpr int64_t kMaxClasses = 1'000'000;

// Of an array (N), (N, 1), or one-hot (N, classes), of any type. Throws where a number is negative, no integer, or
// above kMaxClasses, or a row is not one-hot.
Labels parse_labels(const Array& array, const std::string& where);

// Throws at the first label that is not below `classes`.
void check_labels(const std::vector<int32_t>& labels, int64_t classes, const std::string& where);

}  // namespace fovea
