// What a search does next: a state machine without files, clocks or threads. Every decision follows from the settings and
// from what was begun and reported so far, in that order; so the log of these is its whole state.
//
//   Decision d = oracle.next();              // decides, changes nothing
//   if (d.what == Next::run) oracle.begin(d.work);
//   …
//   oracle.report({.trial = 3, .rung = 0, .merit = 0.81});
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fovea/base/json.h"
#include "fovea/tune/sampling.h"
#include "fovea/tune/space.h"

namespace fovea::tune {

struct Settings {
  std::string algorithm = "hyperband";
  int max_epochs = 20;
  int factor = 3;      // of epochs from one rung to the next, and of trials that are given up
  int iterations = 1;  // of all brackets of Hyperband
  int trials = 0;      // most of them; 0: the algorithm's own number
  uint64_t seed = 0;
  Space space = {};

  Json to_json() const;
  static Settings from_json(const Json& json);
};

// A piece of a trial's training: from one epoch to another. A trial's rungs follow one another.
struct Work {
  int64_t trial = 0;
  int rung = 0;
  int initial_epoch = 0, epochs = 0;  // epochs: the one reached
  Values values = Values::object();
  uint64_t state = 0;                 // of the seed, behind the draw of a new trial
  int bracket = 0, round = 0;         // brackets in the order they are opened

  Json to_json() const;
  static Work from_json(const Json& json);
};

struct Outcome {
  int64_t trial = 0;
  int rung = 0;
  std::optional<double> merit = {};  // larger is better; nothing: it failed
};

enum class Next {
  run,
  wait,  // for what is running
  done
};

struct Decision {
  Next what = Next::done;
  Work work = {};
};

// Rounds of a bracket, as they are planned.
struct PlannedRound {
  int trials = 0, initial_epoch = 0, epochs = 0;

  int64_t epochs_in_all() const { return int64_t{trials} * (epochs - initial_epoch); }
};
struct PlannedBracket {
  int number = 0;
  std::vector<PlannedRound> rounds = {};

  int64_t trials() const { return rounds.empty() ? 0 : rounds[0].trials; }
  int64_t epochs() const;  // of all trials in all rounds
};

class Oracle {
 public:
  virtual ~Oracle() = default;

  // One of algorithm_names(). Throws Error (usage) for another, or settings that it cannot serve.
  static std::unique_ptr<Oracle> make(const Settings& settings);
  // The same, where a log of it stands.
  static std::unique_ptr<Oracle> restore(const Json& state);
  Json state() const { return log_; }

  virtual Decision next() const = 0;
  // These throw std::out_of_range for numbers that are not the search's.
  void begin(const Work& work);
  void report(const Outcome& outcome);
  // Goes on with more epochs, iterations or trials, or another space. Throws Error (usage) for less.
  void change(const Settings& settings);
  // An entry of the log of another oracle of the same study.
  void replay(const Json& entry);
  // The entry that the last begin, report or change added.
  const Json& last_entry() const { return log_.back(); }

  // All there will be, if no trial fails.
  virtual std::vector<PlannedBracket> plan() const = 0;
  // Whether the trial may be given another rung: until then its checkpoint is needed.
  virtual bool may_go_on(int64_t trial) const = 0;

  const Settings& settings() const { return settings_; }
  int64_t trials() const { return static_cast<int64_t>(trials_.size()); }
  int running() const { return running_; }
  int failed_in_a_row() const { return failed_in_a_row_; }  // the last ones reported

 protected:
  struct Rung {
    Work work;
    bool ended = false;
    std::optional<double> merit = {};
    bool failed() const { return ended && !merit; }
    bool completed() const { return ended && merit.has_value(); }
  };
  struct Trial {
    Values values;
    std::vector<Rung> rungs;
    const Rung& last() const { return rungs.back(); }
  };

  explicit Oracle(const Settings& settings);

  virtual void on_begin(const Work&) {}
  virtual void on_change(const Settings& /*before*/) {}

  // What the settings say, else Keras Tuner's number.
  int wanted_trials() const { return settings_.trials > 0 ? settings_.trials : kUsualTrials; }
  const Trial& trial(int64_t id) const { return trials_[static_cast<size_t>(id)]; }
  const std::vector<Trial>& all() const { return trials_; }
  // A new trial's values that none had before, drawn at random; nothing where the space is exhausted.
  std::optional<Draw> draw_one() const;
  const std::set<std::string>& tried() const { return tried_; }
  Work new_trial(Values values, uint64_t state, int epochs) const;
  Work next_rung(int64_t id, int epochs) const;
  Decision wait_or_end() const { return {running_ > 0 ? Next::wait : Next::done}; }

  uint64_t seed_state_ = 0;

 private:
  static constexpr int kUsualTrials = 10;

  Settings settings_;
  std::vector<Trial> trials_;
  std::set<std::string> tried_;
  int running_ = 0, failed_in_a_row_ = 0;
  Json log_ = Json::array();
};

const std::vector<std::string>& algorithm_names();

}  // namespace fovea::tune
