#include "fovea/tune/asha.h"

#include <algorithm>

#include "fovea/tune/hyperband.h"

namespace fovea::tune {

// Those of Hyperband's first bracket. After a change to more epochs, those behind the old end are added.
void Asha::place_rungs() {
  const int bracket = hyperband_brackets(settings().max_epochs, settings().factor) - 1;
  for (int round = 0; round <= bracket; ++round) {
    const int epochs = hyperband_epochs(settings().max_epochs, settings().factor, bracket, round);
    if (epochs_.empty() || epochs > epochs_.back()) epochs_.push_back(epochs);
  }
}

std::vector<int64_t> Asha::kept(size_t rung, size_t among) const {
  std::vector<int64_t> through;
  for (int64_t id = 0; id < trials(); ++id)
    if (trial(id).rungs.size() > rung && trial(id).rungs[rung].completed()) through.push_back(id);
  const auto merit = [&](int64_t id) { return *trial(id).rungs[rung].merit; };
  std::stable_sort(through.begin(), through.end(), [&](int64_t a, int64_t b) { return merit(a) > merit(b); });
  through.resize(std::min(through.size(), among / static_cast<size_t>(settings().factor)));
  return through;
}

Decision Asha::next() const {
  for (size_t rung = epochs_.size() - 1; rung-- > 0;) {
    size_t ended = 0;
    for (const Trial& t : all()) ended += t.rungs.size() > rung && t.rungs[rung].ended ? 1 : 0;
    for (int64_t id : kept(rung, ended))
      if (trial(id).rungs.size() == rung + 1) return {Next::run, next_rung(id, epochs_[rung + 1])};
  }
  if (trials() < wanted_trials())
    if (const std::optional<Draw> drawn = draw_one()) return {Next::run, new_trial(drawn->values, drawn->state, epochs_[0])};
  return wait_or_end();
}

std::vector<PlannedBracket> Asha::plan() const {
  PlannedBracket bracket = {.number = static_cast<int>(epochs_.size()) - 1};
  int trials = wanted_trials(), from = 0;
  if (const auto size = settings().space.size()) trials = static_cast<int>(std::min<double>(trials, *size));
  for (int epochs : epochs_) {
    if (trials == 0) break;
    bracket.rounds.push_back({trials, from, epochs});
    from = epochs;
    trials /= settings().factor;
  }
  return {bracket};
}

bool Asha::may_go_on(int64_t id) const {
  const Trial& t = trial(id);
  const size_t rung = t.rungs.size() - 1;
  if (t.last().failed() || rung + 1 >= epochs_.size()) return false;
  const std::vector<int64_t> most = kept(rung, static_cast<size_t>(wanted_trials()));
  return std::find(most.begin(), most.end(), id) != most.end();
}

}  // namespace fovea::tune
