// Hyperband (Li et al. 2018), with Keras Tuner's brackets, rounds, epochs and rule of promotion
// (keras_tuner/src/tuners/hyperband.py). Where trials fail or the space runs out of values, rounds are smaller instead of
// waiting for ever.
#pragma once

#include "fovea/tune/oracle.h"

namespace fovea::tune {

// Keras Tuner's arithmetic: how many brackets, how many trials in a round, and the epoch that it reaches.
int hyperband_brackets(int max_epochs, int factor);
int hyperband_size(int max_epochs, int factor, int bracket, int round);
int hyperband_epochs(int max_epochs, int factor, int bracket, int round);

class Hyperband final : public Oracle {
 public:
  explicit Hyperband(const Settings& settings) : Oracle(settings) {}

  Decision next() const override;
  std::vector<PlannedBracket> plan() const override;
  bool may_go_on(int64_t trial) const override;

 private:
  struct Round {
    int size = 0, epochs = 0;
    std::vector<int64_t> trials = {};
  };
  struct Bracket {
    int number = 0;
    std::vector<Round> rounds = {};
  };

  void on_begin(const Work& work) override;
  void on_change(const Settings& before) override;

  Bracket planned(int number) const;
  int next_number() const;  // of the bracket to be opened; -1: there is none
  // How many trials of a round are through and not promoted to the next, failed ones included.
  int waiting(const Bracket& bracket, size_t round) const;
  // The best of them that did not fail; -1: there is none.
  int64_t best_waiting(const Bracket& bracket, size_t round) const;
  // No more trials will join the round. `exhausted`: there are no new values.
  bool closed(const Bracket& bracket, size_t round, bool exhausted) const;

  std::vector<Bracket> brackets_;
  int iteration_ = 0;  // of the bracket opened last
};

}  // namespace fovea::tune
