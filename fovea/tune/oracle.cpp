#include "fovea/tune/oracle.h"

#include <algorithm>
#include <stdexcept>

#include "fovea/base/error.h"
#include "fovea/base/names.h"
#include "fovea/tune/asha.h"
#include "fovea/tune/bayesian.h"
#include "fovea/tune/grid_search.h"
#include "fovea/tune/hyperband.h"
#include "fovea/tune/random_search.h"

namespace fovea::tune {
namespace {

constexpr int kMostEpochs = 1'000'000, kMostTrials = 10'000'000;

void check(const Settings& settings) {
  if (settings.max_epochs < 1 || settings.max_epochs > kMostEpochs)
    throw usage_error("--max-epochs", "cannot be (got {}, expected 1 to {})", settings.max_epochs, kMostEpochs);
  if (settings.factor < 2 || settings.factor > kMostEpochs)
    throw usage_error("--factor", "cannot be (got {}, expected 2 or more)", settings.factor);
  if (settings.iterations < 1) throw usage_error("--iterations", "cannot be (got {}, expected 1 or more)", settings.iterations);
  if (settings.trials < 0 || settings.trials > kMostTrials)
    throw usage_error("--trials", "cannot be (got {}, expected 1 to {})", settings.trials, kMostTrials);
}

}  // namespace

const std::vector<std::string>& algorithm_names() {
  static const std::vector<std::string> names = {"hyperband", "random", "grid", "bayesian", "asha"};
  return names;
}

Json Settings::to_json() const {
  return {{"algorithm", algorithm}, {"max_epochs", max_epochs}, {"factor", factor}, {"iterations", iterations},
          {"trials", trials},       {"seed", seed},             {"space", space.to_json()}};
}

Settings Settings::from_json(const Json& json) {
  return {.algorithm = json.at("algorithm").get<std::string>(),
          .max_epochs = json.at("max_epochs").get<int>(),
          .factor = json.at("factor").get<int>(),
          .iterations = json.at("iterations").get<int>(),
          .trials = json.at("trials").get<int>(),
          .seed = json.at("seed").get<uint64_t>(),
          .space = read_parameters(json.at("space").at("parameters"), "space", json.at("space").at("outside"))};
}

Json Work::to_json() const {
  return {{"trial", trial},   {"rung", rung},       {"initial_epoch", initial_epoch}, {"epochs", epochs},
          {"values", values}, {"state", state},     {"bracket", bracket},             {"round", round}};
}

Work Work::from_json(const Json& json) {
  return {.trial = json.at("trial").get<int64_t>(),
          .rung = json.at("rung").get<int>(),
          .initial_epoch = json.at("initial_epoch").get<int>(),
          .epochs = json.at("epochs").get<int>(),
          .values = json.at("values"),
          .state = json.at("state").get<uint64_t>(),
          .bracket = json.at("bracket").get<int>(),
          .round = json.at("round").get<int>()};
}

int64_t PlannedBracket::epochs() const {
  int64_t epochs = 0;
  for (const PlannedRound& round : rounds) epochs += round.epochs_in_all();
  return epochs;
}

Oracle::Oracle(const Settings& settings) : seed_state_(settings.seed), settings_(settings) {
  log_.push_back({{"settings", settings.to_json()}});
}

std::unique_ptr<Oracle> Oracle::make(const Settings& settings) {
  check(settings);
  if (settings.algorithm == "hyperband") return std::make_unique<Hyperband>(settings);
  if (settings.algorithm == "random") return std::make_unique<RandomSearch>(settings);
  if (settings.algorithm == "grid") return std::make_unique<GridSearch>(settings);
  if (settings.algorithm == "bayesian") return std::make_unique<Bayesian>(settings);
  if (settings.algorithm == "asha") return std::make_unique<Asha>(settings);
  throw usage_error("--algorithm", "unknown algorithm \"{}\" (expected {}){}", settings.algorithm, fmt::join(algorithm_names(), ", "),
                    did_you_mean(settings.algorithm, algorithm_names()));
}

std::unique_ptr<Oracle> Oracle::restore(const Json& state) {
  std::unique_ptr<Oracle> oracle = make(Settings::from_json(state.at(0).at("settings")));
  for (size_t i = 1; i < state.size(); ++i) oracle->replay(state[i]);
  return oracle;
}

void Oracle::begin(const Work& work) {
  if (work.rung == 0) {
    if (work.trial != trials()) throw std::out_of_range("trials are numbered in the order they begin");
    trials_.push_back({work.values, {}});
    tried_.insert(key_of(work.values));
    seed_state_ = work.state;
  }
  Trial& trial = trials_.at(static_cast<size_t>(work.trial));
  if (static_cast<int>(trial.rungs.size()) != work.rung) throw std::out_of_range("a trial's rungs follow one another");
  trial.rungs.push_back({.work = work});
  ++running_;
  on_begin(work);
  log_.push_back({{"begin", work.to_json()}});
}

void Oracle::report(const Outcome& outcome) {
  Rung& rung = trials_.at(static_cast<size_t>(outcome.trial)).rungs.at(static_cast<size_t>(outcome.rung));
  if (rung.ended) throw std::out_of_range("a rung is reported once");
  rung.ended = true;
  rung.merit = outcome.merit;
  --running_;
  failed_in_a_row_ = outcome.merit ? 0 : failed_in_a_row_ + 1;
  log_.push_back({{"report", {{"trial", outcome.trial}, {"rung", outcome.rung}, {"merit", outcome.merit ? Json(*outcome.merit) : Json()}}}});
}

void Oracle::change(const Settings& settings) {
  check(settings);
  const Settings before = settings_;
  if (settings.algorithm != before.algorithm)
    throw usage_error("--algorithm", "the study has another (got {}, expected {})", settings.algorithm, before.algorithm);
  if (settings.max_epochs < before.max_epochs)
    throw usage_error("--max-epochs", "the study went further (got {}, expected at least {})", settings.max_epochs, before.max_epochs);
  settings_ = settings;
  settings_.seed = before.seed;
  failed_in_a_row_ = 0;
  on_change(before);
  log_.push_back({{"settings", settings_.to_json()}});
}

void Oracle::replay(const Json& entry) {
  if (const auto work = entry.find("begin"); work != entry.end()) {
    begin(Work::from_json(*work));
  } else if (const auto outcome = entry.find("report"); outcome != entry.end()) {
    const Json& merit = outcome->at("merit");
    report({outcome->at("trial").get<int64_t>(), outcome->at("rung").get<int>(),
            merit.is_null() ? std::optional<double>() : merit.get<double>()});
  } else {
    change(Settings::from_json(entry.at("settings")));
  }
}

std::optional<Draw> Oracle::draw_one() const { return draw_new(settings_.space, seed_state_, tried_); }

Work Oracle::new_trial(Values values, uint64_t state, int epochs) const {
  return {.trial = trials(), .epochs = epochs, .values = std::move(values), .state = state};
}

Work Oracle::next_rung(int64_t id, int epochs) const {
  const Trial& t = trial(id);
  return {.trial = id,
          .rung = static_cast<int>(t.rungs.size()),
          .initial_epoch = t.last().work.epochs,
          .epochs = epochs,
          .values = t.values,
          .bracket = t.last().work.bracket,
          .round = t.last().work.round + 1};
}

}  // namespace fovea::tune
