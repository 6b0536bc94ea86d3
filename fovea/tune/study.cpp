#include "fovea/tune/study.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>

#include "fovea/base/error.h"

namespace fovea::tune {
namespace {

// A worker of another host that was not heard of for so long is dead.
constexpr double kSilence = 120;

double now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

bool is_dead(const LeaseRow& lease) {
  if (lease.owner.process == 0) return true;  // given back
  if (const std::optional<bool> alive = is_alive(lease.owner)) return !*alive;
  return now() - lease.beat > kSilence;
}

bool owns(Storage& storage, const ProcessId& self, const Work& work) {
  for (const LeaseRow& lease : storage.leases())
    if (lease.trial == work.trial && lease.rung == work.rung) return lease.owner == self;
  return false;
}

}  // namespace

void Study::create(Storage& storage, const Settings& settings, const Objective& objective, const Json& rest) {
  const std::unique_ptr<Oracle> oracle = Oracle::make(settings);
  storage.transaction([&] {
    if (!storage.entries(0).empty()) throw file_error(storage.where(), "there is a study already");
    storage.set("objective", {{"figure", objective.figure}, {"up", objective.up}});
    storage.set("rest", rest);
    storage.append(oracle->last_entry());
  });
}

Study::Study(Storage& storage, const ProcessId& self) : storage_(storage), self_(self) { refresh(); }

// Numbers and names in the file are looked at as they are used: what is not there is damage.
template <class Action>
void Study::read(Action action) {
  try {
    action();
  } catch (const Json::exception& error) {
    throw file_error(storage_.where(), "is damaged: {}", error.what());
  } catch (const std::out_of_range&) {
    throw file_error(storage_.where(), "is damaged: its log names what is not there");
  }
}

void Study::refresh() {
  const auto objective = storage_.setting("objective"), rest = storage_.setting("rest");
  if (!objective || !rest) throw file_error(storage_.where(), "holds no search");
  read([&] { objective_ = {objective->at("figure").get<std::string>(), objective->at("up").get<bool>()}; });
  rest_ = *rest;
  catch_up();
}

void Study::catch_up() {
  read([&] {
    for (const auto& [number, entry] : storage_.entries(seen_)) {
      if (!oracle_) oracle_ = Oracle::restore(Json::array({entry}));
      else oracle_->replay(entry);
      seen_ = number;
    }
  });
  if (!oracle_) throw file_error(storage_.where(), "holds no search");
}

void Study::transact(const std::function<void()>& action) {
  try {
    storage_.transaction(action);
  } catch (...) {
    oracle_.reset();
    seen_ = 0;
    throw;
  }
}

void Study::append_last() { seen_ = storage_.append(oracle_->last_entry()); }

Decision Study::lease() {
  Decision decision;
  transact([&] {
    catch_up();
    for (LeaseRow& lease : storage_.leases()) {
      if (!is_dead(lease)) continue;
      lease.owner = self_;
      lease.beat = now();
      storage_.put_lease(lease);
      decision = {Next::run, Work::from_json(lease.work)};
      return;
    }
    if (gave_up()) {
      decision = {Next::done};
      return;
    }
    decision = oracle_->next();
    if (decision.what != Next::run) return;
    const Work& work = decision.work;
    oracle_->begin(work);
    append_last();
    storage_.put_lease({work.trial, work.rung, self_, now(), work.to_json()});
    TrialRow row = storage_.trial(work.trial).value_or(TrialRow{.trial = work.trial, .values = work.values});
    row.state = "running";
    storage_.put_trial(row);
  });
  return decision;
}

void Study::beat(Storage& storage, const ProcessId& self, const Work& work) {
  storage.transaction([&] {
    if (owns(storage, self, work)) storage.put_lease({work.trial, work.rung, self, now(), work.to_json()});
  });
}

bool Study::report(const Work& work, const RungResult& result) {
  bool counted = false;
  transact([&] {
    catch_up();
    if (!owns(storage_, self_, work)) return;
    counted = true;
    const bool finite = result.score && std::isfinite(*result.score) && result.failure.empty();
    oracle_->report({work.trial, work.rung, finite ? objective_.merit(*result.score) : std::optional<double>()});
    append_last();
    storage_.remove_lease(work.trial, work.rung);
    storage_.put_epochs(work.trial, result.epochs);
    storage_.add_rung({.trial = work.trial,
                       .rung = work.rung,
                       .bracket = work.bracket,
                       .round = work.round,
                       .initial_epoch = work.initial_epoch,
                       .epochs = work.epochs,
                       .state = finite ? "completed" : "failed",
                       .score = finite ? result.score : std::nullopt,
                       .seconds = result.seconds});
    TrialRow row = storage_.trial(work.trial).value_or(TrialRow{.trial = work.trial, .values = work.values});
    row.state = finite ? "completed" : "failed";
    if (!finite) row.reason = result.failure.empty() ? fmt::format("{} is not a number", objective_.figure) : result.failure;
    if (finite && (!row.score || objective_.merit(*result.score) > objective_.merit(*row.score))) row.score = result.score;
    if (!result.epochs.empty()) row.epochs = result.epochs.back().epoch;
    row.seconds += result.seconds;
    storage_.put_trial(row);
  });
  return counted;
}

void Study::release(const Work& work) {
  transact([&] {
    if (owns(storage_, self_, work)) storage_.put_lease({work.trial, work.rung, {}, now(), work.to_json()});
  });
}

void Study::change(const Settings& settings) {
  transact([&] {
    catch_up();
    oracle_->change(settings);
    append_last();
  });
}

std::vector<TrialRow> Study::ranking() {
  std::vector<TrialRow> rows = storage_.trials();
  std::stable_sort(rows.begin(), rows.end(), [&](const TrialRow& a, const TrialRow& b) {
    if (a.score.has_value() != b.score.has_value()) return a.score.has_value();
    return a.score && objective_.merit(*a.score) > objective_.merit(*b.score);
  });
  return rows;
}

}  // namespace fovea::tune
