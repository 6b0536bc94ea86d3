// Asynchronous successive halving (Li et al. 2020, "A system for massively parallel hyperparameter tuning"): a trial goes on
// as soon as it is among the best 1/factor of those that reached its rung; nobody waits for a round to be full.
#pragma once

#include "fovea/tune/oracle.h"

namespace fovea::tune {

class Asha final : public Oracle {
 public:
  explicit Asha(const Settings& settings) : Oracle(settings) { place_rungs(); }

  Decision next() const override;
  std::vector<PlannedBracket> plan() const override;
  bool may_go_on(int64_t trial) const override;

 private:
  void on_change(const Settings&) override { place_rungs(); }
  void place_rungs();
  // Of the trials that are through with a rung: the best ones that may go on, those that did included.
  std::vector<int64_t> kept(size_t rung, size_t among) const;

  std::vector<int> epochs_;  // that a rung reaches
};

}  // namespace fovea::tune
