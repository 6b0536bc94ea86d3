// What a table of predictions says: the class of each picture, and how many are right.
//
// A table is (pictures, classes) probabilities (or any scores), row after row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

// The largest of each row; the lowest index where several are.
std::vector<int32_t> predicted_classes(std::span<const float> table, int64_t classes);

// The k largest of one row, largest first, equal ones by index: numpy's stable argsort of the negated row.
std::vector<int32_t> top_classes(std::span<const float> row, int64_t k);

// Share of pictures whose label has the largest score. 0 pictures: 0.
double accuracy(std::span<const int32_t> predicted, std::span<const int32_t> labels);

// The mean of -log p(label), p at least 1e-7 (Keras's epsilon). 0 pictures: 0.
double negative_log_likelihood(std::span<const float> table, int64_t classes, std::span<const int32_t> labels);

// Share of pictures with fewer than k classes above their label's (tf.math.in_top_k: ties at the edge count as in, a
// row that is not finite as out).
double top_k_accuracy(std::span<const float> table, int64_t classes, std::span<const int32_t> labels, int64_t k);

}  // namespace fovea
