// From a number in [0, 1) to a parameter's value and back, and how values are drawn: as Keras Tuner does, so that the same
// seeds give the same values (keras_tuner/src/engine/hyperparameters).
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "fovea/tune/space.h"

namespace fovea::tune {

// The first number that Python's random.Random(seed).random() gives: Mersenne Twister, 53 bits.
double python_random(uint64_t seed);

// How many values a parameter has; nothing where it is a number without step.
std::optional<double> count_of(const Parameter& parameter);
Json value_of(const Parameter& parameter, double share);
Json value_at(const Parameter& parameter, int64_t index);  // of those that count_of counts
// The middle of the numbers that give this value; where it is none of the parameter's, the nearest.
double share_of(const Parameter& parameter, const Json& value);

// Values that stand for themselves in a set.
std::string key_of(const Values& values);

struct Draw {
  Values values;
  uint64_t state = 0;  // of the seed, behind this draw
};

// One draw: every active parameter takes the next seed.
Draw draw(const Space& space, uint64_t state);
// One that was not tried before; nothing after 20 collisions, as in Keras Tuner.
std::optional<Draw> draw_new(const Space& space, uint64_t state, const std::set<std::string>& tried);

// "filters 32, learning_rate 0.001"
std::string in_words(const Values& values);

}  // namespace fovea::tune
