// Trials with values drawn at random, each trained to the end.
#pragma once

#include "fovea/tune/oracle.h"

namespace fovea::tune {

// What algorithms have in common whose trials are trained to the end at once: after a change to more epochs all go on.
class WholeTrials : public Oracle {
 public:
  Decision next() const final;
  std::vector<PlannedBracket> plan() const override;
  bool may_go_on(int64_t) const override { return false; }

 protected:
  using Oracle::Oracle;
  virtual std::optional<Draw> propose() const = 0;  // nothing: there are no more
  virtual double count() const { return wanted_trials(); }  // of trials
};

class RandomSearch final : public WholeTrials {
 public:
  explicit RandomSearch(const Settings& settings) : WholeTrials(settings) {}

 private:
  std::optional<Draw> propose() const override { return draw_one(); }
};

}  // namespace fovea::tune
