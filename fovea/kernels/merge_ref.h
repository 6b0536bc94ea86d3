// Merging by the book, one element at a time: what the fast loop must agree with.
#pragma once

#include <algorithm>
#include <vector>

#include "fovea/kernels/merge.h"

namespace fovea::kernels {

template <class T>
T merge_ref(Merge merge, const std::vector<T>& x) {
  T result = x[0];
  for (size_t i = 1; i < x.size(); ++i) switch (merge) {
      case Merge::subtract:
        result -= x[i];
        break;
      case Merge::multiply:
        result *= x[i];
        break;
      case Merge::average:
        result += x[i];
        break;
      case Merge::maximum:
        result = std::max(result, x[i]);
        break;
      case Merge::minimum:
        result = std::min(result, x[i]);
        break;
    }
  return merge == Merge::average ? result / static_cast<T>(x.size()) : result;
}

// The input that the gradient of maximum or minimum goes to.
template <class T>
size_t merge_winner_ref(Merge merge, const std::vector<T>& x) {
  const auto best = merge == Merge::maximum ? std::max_element(x.begin(), x.end()) : std::min_element(x.begin(), x.end());
  return static_cast<size_t>(best - x.begin());
}

}  // namespace fovea::kernels
