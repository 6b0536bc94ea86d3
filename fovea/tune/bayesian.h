// Bayesian search: after some random trials, each new one is where a Gaussian process over those before expects the largest
// improvement. Trials that are still running count with what it guesses of them.
#pragma once

#include "fovea/tune/gaussian_process.h"
#include "fovea/tune/random_search.h"

namespace fovea::tune {

class Bayesian final : public WholeTrials {
 public:
  explicit Bayesian(const Settings& settings) : WholeTrials(settings) {}

 private:
  std::optional<Draw> propose() const override;
};

// Values as a place in a cube: a number one coordinate, a choice one for each of its values. What is not active stands in
// the middle.
GaussianProcess::Place place_of(const Space& space, const Values& values);

}  // namespace fovea::tune
