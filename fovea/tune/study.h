// A study: a search over its storage, as one worker sees it. Several processes may do so at once; each step is a transaction,
// so whatever dies, every rung is given to somebody, and counts once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fovea/tune/oracle.h"
#include "fovea/tune/storage.h"

namespace fovea::tune {

struct Objective {
  std::string figure = "val_accuracy";
  bool up = true;

  double merit(double score) const { return up ? score : -score; }
};

struct RungResult {
  std::vector<EpochRow> epochs = {};    // of this rung
  std::optional<double> score = {};     // the best epoch's, by the objective
  std::string failure = {};             // why there is no score
  double seconds = 0;
};

class Study {
 public:
  static constexpr int kFailuresInARow = 3;

  // Makes a new one, with what else is to be kept of it. Throws Error (file) where there is one already.
  static void create(Storage& storage, const Settings& settings, const Objective& objective, const Json& rest);
  // Throws Error (file) where the storage holds none.
  explicit Study(Storage& storage, const ProcessId& self = ProcessId::own());

  // What this worker shall do: take up what a dead one left, or what the search wants next.
  Decision lease();
  // Whoever works on this is still there. For another thread, with a storage of its own.
  static void beat(Storage& storage, const ProcessId& self, const Work& work);
  // The rung is through. False where it was taken away meanwhile: then it is another's.
  bool report(const Work& work, const RungResult& result);
  // Gives it back unfinished, for whoever comes next.
  void release(const Work& work);
  // Goes on with other settings, and forgets failures in a row.
  void change(const Settings& settings);

  // The rest, with the log as it is now.
  void refresh();
  const Oracle& oracle() const { return *oracle_; }
  const Objective& objective() const { return objective_; }
  const Json& rest() const { return rest_; }
  bool gave_up() const { return oracle_->failed_in_a_row() >= kFailuresInARow; }
  Storage& storage() { return storage_; }
  // The best first, ties by number; those without a score at the end.
  std::vector<TrialRow> ranking();

 private:
  // A transaction; where it fails, what this object knows of the search is read anew.
  void transact(const std::function<void()>& action);
  template <class Action>
  void read(Action action);
  void catch_up();
  void append_last();

  Storage& storage_;
  ProcessId self_;
  Objective objective_;
  Json rest_;
  std::unique_ptr<Oracle> oracle_;
  int64_t seen_ = 0;  // of the log
};

}  // namespace fovea::tune
