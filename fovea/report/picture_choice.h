// Which pictures a report shows: all mistakes as far as there is room, and some of those that were right.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace fovea {

struct PictureChoiceOptions {
  int64_t mistakes = 3000;  // at most, the most confident
  int64_t right = 1000;     // at most, of all classes together
  int64_t right_of_a_class = 12;  // half of them the least confident, half spread over the others
};

// Places of pictures: mistakes by falling confidence, then right ones class by class. `table` is (pictures, classes)
// probabilities.
std::vector<int64_t> chosen_pictures(std::span<const float> table, int64_t classes, std::span<const int32_t> labels,
                                     const PictureChoiceOptions& options = {});

}  // namespace fovea
