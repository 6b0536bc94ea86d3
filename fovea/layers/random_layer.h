// What Keras's Random… layers share: factors, and their plans. In inference they give their input unchanged.
#pragma once

#include <string>

#include "fovea/kernels/random_colour.h"
#include "fovea/kernels/random_map.h"
#include "fovea/layers/layer.h"

namespace fovea {

// What a number is drawn between: f stands for -f … f; two numbers may come in any order (Keras:
// base_image_preprocessing_layer.py).
struct Factor {
  double low = 0, high = 0;
  Factor() = default;
  Factor(double both) : low(-both), high(both) {}  // NOLINT: a number stands for both bounds, as in Keras
  Factor(double a, double b) : low(a), high(b) {}
};
void read_field(const Json& json, Factor& value, const std::string& where);
Json write_field(const Factor& value);

// Smallest and largest number of pictures.
struct Bounds {
  float low = 0, high = 255;
};
void read_field(const Json& json, Bounds& value, const std::string& where);
Json write_field(const Bounds& value);

// Throws Error (usage) where a factor is not within bounds.
void check_factor(const Factor& factor, const char* name, const std::string& where, double least = -1);

// The input and the stream are the planner's.
void plan_random_map(Planner& planner, const std::string& name, kernels::RandomMapProblem problem);
void plan_random_colour(Planner& planner, const std::string& name, kernels::RandomColourProblem problem,
                        kernels::KernelPtr (*forward)(const kernels::RandomColourProblem&),
                        kernels::KernelPtr (*backward)(const kernels::RandomColourProblem&));

}  // namespace fovea
