// A Gaussian process: values at places of a cube, known with little noise, and what they make likely elsewhere. Matérn's
// kernel of 5/2 with a length for every coordinate; lengths and noise are those that make the values likeliest.
#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace fovea::tune {

class GaussianProcess {
 public:
  using Place = std::vector<double>;
  struct Guess {
    double mean = 0, deviation = 0;
  };

  // At least one place; values of any size, they are brought to mean 0 and deviation 1 inside.
  GaussianProcess(const std::vector<Place>& places, const std::vector<double>& values);
  ~GaussianProcess();

  Guess at(const Place& place) const;
  // By how much a value there is expected to be above `best` (0 where it is below).
  double expected_improvement(const Place& place, double best) const;

 private:
  struct Fit;
  std::unique_ptr<Fit> fit_;
};

}  // namespace fovea::tune
