#include "fovea/tune/random_search.h"

#include <algorithm>

namespace fovea::tune {

Decision WholeTrials::next() const {
  for (int64_t id = 0; id < trials(); ++id) {
    const Rung& last = trial(id).last();
    if (last.completed() && last.work.epochs < settings().max_epochs) return {Next::run, next_rung(id, settings().max_epochs)};
  }
  if (static_cast<double>(trials()) < count())
    if (std::optional<Draw> proposed = propose())
      return {Next::run, new_trial(std::move(proposed->values), proposed->state, settings().max_epochs)};
  return wait_or_end();
}

std::vector<PlannedBracket> WholeTrials::plan() const {
  const double most = std::min(count(), settings().space.size().value_or(count()));
  return {{.number = 0, .rounds = {{static_cast<int>(std::min(most, 1e9)), 0, settings().max_epochs}}}};
}

}  // namespace fovea::tune
