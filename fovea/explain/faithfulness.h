// How much of what a model says rests on what a map points at: methods compared on one's own data.
#pragma once

#include <span>
#include <vector>

#include "fovea/explain/map.h"
#include "fovea/explain/network.h"

namespace fovea::explain {

struct Curve {
  std::vector<double> probabilities;  // of the class, after 0, 1/steps, … 1 of the pixels changed
  double area = 0;                    // under it, by the trapezoid rule; in [0, 1]
};

// What a picture's pixels are replaced by: zeros, the black of `unit` and the mean of `caffe`; or the picture blurred, which
// keeps its colours and shows no detail.
std::vector<float> blurred(std::span<const float> picture, const Shape& shape, double deviation = 5);

// Petsiuk et al. 2018, "RISE": pixels are replaced in the order of the map, the largest first, by those of `other`
// (deletion: a good map makes the probability fall early), or they come into `other` (insertion: rise early). The map has
// the picture's size; floor(pixels · i / steps) are changed at point i.
Curve deletion(Network& network, std::span<const float> picture, std::span<const float> other, const Map& map, int class_index,
               int64_t steps = 32);
Curve insertion(Network& network, std::span<const float> picture, std::span<const float> other, const Map& map, int class_index,
                int64_t steps = 32);

// Chattopadhay et al. 2018: the share of the class's probability that is lost where the picture is seen through the map,
// normalised; 0 where it rises.
double average_drop(Network& network, std::span<const float> picture, const Map& map, int class_index);

}  // namespace fovea::explain
