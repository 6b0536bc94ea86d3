// Draws, grids and Hyperband against real Keras Tuner's.
#include <gtest/gtest.h>

#include <map>

#include "fovea/tune/hyperband.h"
#include "tests/harness/golden.h"

namespace fovea::tune {
namespace {

Space tutorial_of_keras() {
  Space hp;
  hp.integer("filters_1", 32, 128, {.step = 32});
  hp.choice("kernel_1", {3, 5});
  hp.integer("filters_2", 64, 256, {.step = 64});
  hp.choice("kernel_2", {3, 5});
  hp.real("dropout", 0.2, 0.5, {.step = 0.1, .keras = true});
  hp.integer("units", 128, 512, {.step = 128});
  hp.choice("optimizer", {"adam", "sgd"});
  return hp;
}

Space varied() {
  Space hp;
  hp.integer("whole", 1, 10);
  hp.integer("whole_log", 1, 1000, {.sampling = Sampling::log});
  hp.integer("whole_doubled", 8, 256, {.step = 2, .sampling = Sampling::log});
  hp.integer("whole_reverse", 1, 1000, {.sampling = Sampling::reverse_log});
  hp.real("rate", 1e-4, 1e-2, {.sampling = Sampling::log});
  hp.real("share", 0, 1);
  hp.real("fifths", 0, 1, {.step = 0.2, .keras = true});
  hp.real("tens", 0.001, 1, {.step = 10, .sampling = Sampling::log});
  hp.real("reverse", 0.001, 1, {.sampling = Sampling::reverse_log});
  hp.boolean("norm");
  hp.fixed("fixed", 7);
  hp.choice("optimizer", {"adam", "sgd", "rmsprop"});
  hp.real("momentum", 0.5, 0.99, {.when = {{"optimizer", {"sgd"}}}});
  hp.choice("last", {1.5, 2.5});
  return hp;
}

// The same names and values, numbers to the last digits that pow leaves open.
void expect_values(const Values& values, const Json& golden) {
  ASSERT_EQ(values.size(), golden.size()) << values << " " << golden;
  for (const auto& [name, value] : golden.items()) {
    ASSERT_TRUE(values.contains(name)) << name;
    if (value.is_number_float()) {
      EXPECT_DOUBLE_EQ(values.at(name).get<double>(), value.get<double>()) << name;
    } else {
      EXPECT_EQ(values.at(name), value) << name;
    }
  }
}

// These trials one after another, all of one score, and no more.
void expect_trials(Oracle& oracle, const Json& golden) {
  for (const Json& values : golden) {
    const Decision decision = oracle.next();
    ASSERT_EQ(decision.what, Next::run);
    expect_values(decision.work.values, values);
    oracle.begin(decision.work);
    oracle.report({decision.work.trial, 0, 0.5});
  }
  EXPECT_EQ(oracle.next().what, Next::done);
}

TEST(GoldenTune, PythonsRandomNumbers) {
  const Golden golden("tune", "tune");
  for (const auto& [seed, number] : golden.json()["random"].items())
    EXPECT_EQ(python_random(std::stoull(seed)), number.get<double>()) << seed;
}

TEST(GoldenTune, BracketsRoundsAndEpochsAreKerasTuners) {
  const Golden golden("tune", "tune");
  for (const Json& schedule : golden.json()["schedules"]) {
    const auto oracle = Oracle::make({.max_epochs = schedule["max_epochs"], .factor = schedule["factor"], .space = varied()});
    Json brackets = Json::array();
    for (const PlannedBracket& bracket : oracle->plan()) {
      brackets.push_back({{"bracket", bracket.number}, {"rounds", Json::array()}});
      for (const PlannedRound& round : bracket.rounds)
        brackets.back()["rounds"].push_back({{"trials", round.trials}, {"initial_epoch", round.initial_epoch}, {"epochs", round.epochs}});
    }
    EXPECT_EQ(brackets, schedule["brackets"]);
  }
}

TEST(GoldenTune, TheSameSeedsGiveTheSameValues) {
  const Golden golden("tune", "tune");
  for (const Json& samples : golden.json()["samples"]) {
    const Space space = samples["space"] == "tutorial" ? tutorial_of_keras() : varied();
    const auto oracle = Oracle::make({.algorithm = "random", .trials = 12, .seed = samples["seed"].get<uint64_t>(), .space = space});
    expect_trials(*oracle, samples["values"]);
  }
}

TEST(GoldenTune, TheGridHasTheSameOrder) {
  const Golden golden("tune", "tune");
  Space hp;
  hp.integer("units", 32, 128, {.step = 32, .fallback = 64});
  hp.real("rate", 0.1, 1.0, {.step = 0.3, .keras = true});
  hp.choice("optimizer", {"adam", "sgd"});
  hp.boolean("nesterov", {.when = {{"optimizer", {"sgd"}}}});
  const auto oracle = Oracle::make({.algorithm = "grid", .space = hp});
  expect_trials(*oracle, golden.json()["grid"]);
}

// A whole search, one worker or several: what Keras Tuner begins, we begin, its new trial of a promotion being a trial's
// next rung here.
TEST(GoldenTune, PromotesAsKerasTunerDoes) {
  const Golden golden("tune", "tune");
  for (const Json& played : golden.json()["played"]) {
    const auto oracle = Oracle::make({.max_epochs = played["max_epochs"],
                                      .factor = played["factor"],
                                      .iterations = played["iterations"],
                                      .seed = played["seed"].get<uint64_t>(),
                                      .space = varied()});
    std::map<std::string, std::pair<int64_t, int>> ours;  // trial and rung, by Keras Tuner's number
    for (const Json& entry : played["log"]) {
      if (entry.contains("end")) {
        const auto [trial, rung] = ours.at(entry["end"]);
        oracle->report({trial, rung, entry["score"].get<double>()});
        continue;
      }
      const Decision decision = oracle->next();
      ASSERT_EQ(decision.what, Next::run);
      const Work& work = decision.work;
      EXPECT_EQ(work.initial_epoch, entry["initial_epoch"].get<int>());
      EXPECT_EQ(work.epochs, entry["epochs"].get<int>());
      EXPECT_EQ(work.round, entry["round"].get<int>());
      if (entry.contains("trial_id")) {
        EXPECT_EQ(work.trial, ours.at(entry["trial_id"]).first);
      } else {
        EXPECT_EQ(work.rung, 0);
      }
      expect_values(work.values, entry["values"]);
      ours[entry["begin"]] = {work.trial, work.rung};
      oracle->begin(work);
    }
    EXPECT_EQ(oracle->next().what, Next::done);
  }
}

}  // namespace
}  // namespace fovea::tune
