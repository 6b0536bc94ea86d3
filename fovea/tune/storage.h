// Where a study is kept, for all its workers: the search's log, who works on what, the trials and their figures. All writing
// happens in transactions, which are whole or absent however a process ends; several processes take turns.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fovea/base/json.h"

namespace fovea::tune {

// A process, so that others can see whether it is still there.
struct ProcessId {
  std::string host;      // and boot
  int64_t process = 0;
  int64_t started = 0;   // ticks since the boot: numbers of processes come again

  static ProcessId own();
  bool operator==(const ProcessId&) const = default;
};
// Nothing where that cannot be seen from here: it is another host's.
std::optional<bool> is_alive(const ProcessId& process);

// A rung that somebody works on.
struct LeaseRow {
  int64_t trial = 0;
  int rung = 0;
  ProcessId owner;
  double beat = 0;   // when the owner was last heard of, seconds since 1970
  Json work;
};

struct TrialRow {
  int64_t trial = 0;
  Json values = Json::object();
  std::string state;              // running, completed, failed
  std::string reason;             // of a failure
  std::optional<double> score;    // the best epoch's
  int epochs = 0;                 // trained for it
  double seconds = 0;
};

// A rung that ended.
struct RungRow {
  int64_t sequence = 0;  // in the order they ended, from 1
  int64_t trial = 0;
  int rung = 0, bracket = 0, round = 0, initial_epoch = 0, epochs = 0;
  std::string state;     // completed, failed
  std::optional<double> score;
  double seconds = 0;
};

struct EpochRow {
  int epoch = 0;  // counted from 1
  Json figures = Json::object();
};

class Storage {
 public:
  virtual ~Storage() = default;

  virtual const std::string& where() const = 0;  // what errors name
  // Runs an action alone. What it wrote is there when this returns, and none of it where it throws.
  virtual void transaction(const std::function<void()>& action) = 0;

  virtual std::optional<Json> setting(const std::string& key) = 0;
  virtual void set(const std::string& key, const Json& value) = 0;

  // The log, each entry with its number, behind a number.
  virtual std::vector<std::pair<int64_t, Json>> entries(int64_t behind) = 0;
  virtual int64_t append(const Json& entry) = 0;

  virtual std::vector<LeaseRow> leases() = 0;
  virtual void put_lease(const LeaseRow& lease) = 0;  // instead of one for the same rung
  virtual void remove_lease(int64_t trial, int rung) = 0;

  virtual std::vector<TrialRow> trials() = 0;
  virtual std::optional<TrialRow> trial(int64_t id) = 0;
  virtual void put_trial(const TrialRow& trial) = 0;

  virtual std::vector<RungRow> rungs(int64_t behind = 0) = 0;
  virtual void add_rung(const RungRow& rung) = 0;

  virtual std::vector<EpochRow> epochs(int64_t trial) = 0;
  virtual void put_epochs(int64_t trial, const std::vector<EpochRow>& epochs) = 0;
};

}  // namespace fovea::tune
