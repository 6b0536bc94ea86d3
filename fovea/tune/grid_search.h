// All combinations, the parameter listed last changing fastest, defaults first; ten values of a number without a step, as
// in Keras Tuner.
#pragma once

#include "fovea/tune/random_search.h"

namespace fovea::tune {

class GridSearch final : public WholeTrials {
 public:
  explicit GridSearch(const Settings& settings) : WholeTrials(settings) {}

 private:
  std::optional<Draw> propose() const override;
  double count() const override;
};

}  // namespace fovea::tune
