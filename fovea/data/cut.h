// Which pictures of the training data validate.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

struct Cut {
  std::vector<uint32_t> train, validation;  // both ascending
};

// The share of every class, chosen by `seed`. round(n * share) pictures validate: floor(n_c * share) of each class, and
// one more of the classes with the largest fractions, of equals the first. Within class c the first ones of the order
// permutation(n_c, seed, kSplit, c) are taken. A class never goes to validation as a whole.
Cut cut_stratified(std::span<const int32_t> labels, int64_t classes, double share, uint64_t seed);

// Of n pictures the last so many validate.
Cut cut_tail(int64_t n, int64_t validating);

}  // namespace fovea
