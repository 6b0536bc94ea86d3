// Search algorithms as state machines: played by hand, with scores made up here.
#include "fovea/tune/oracle.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <numbers>
#include <set>

#include "fovea/base/random.h"
#include "fovea/tune/hyperband.h"
#include "tests/harness/files.h"

namespace fovea::tune {
namespace {

Space wide() {
  Space space;
  space.integer("units", 1, 1000).real("rate", 1e-4, 1e-1, {.sampling = Sampling::log}).choice("word", {"a", "b", "c"});
  return space;
}

double score(const Work& work) { return python_random(static_cast<uint64_t>(work.trial) * 100 + static_cast<uint64_t>(work.rung)); }

// Runs a search with so many at once; every trial whose number `fails` says so fails. Returns all that was run, in order.
template <class Fails>
std::vector<Work> play(Oracle& oracle, size_t workers, Fails fails, size_t limit = 100'000) {
  std::vector<Work> all;
  std::deque<Work> running;
  while (all.size() < limit) {
    const Decision decision = oracle.next();
    if (decision.what == Next::run && running.size() < workers) {
      oracle.begin(decision.work);
      all.push_back(decision.work);
      running.push_back(decision.work);
      continue;
    }
    if (running.empty()) {
      EXPECT_EQ(decision.what, Next::done);
      break;
    }
    const Work work = running.front();
    running.pop_front();
    oracle.report({work.trial, work.rung, fails(work) ? std::optional<double>() : score(work)});
  }
  return all;
}
std::vector<Work> play(Oracle& oracle, size_t workers = 1) {
  return play(oracle, workers, [](const Work&) { return false; });
}

TEST(Oracle, RunsEveryRungOnceAndEnds) {
  for (const std::string& algorithm : algorithm_names())
    for (const size_t workers : {1, 3}) {
      Space space = wide();
      if (algorithm == "grid") space = Space().integer("a", 1, 3).boolean("b");
      const auto oracle = Oracle::make({.algorithm = algorithm, .max_epochs = 20, .trials = algorithm == "hyperband" ? 0 : 17, .space = space});
      std::set<std::pair<int64_t, int>> seen;
      for (const Work& work : play(*oracle, workers)) EXPECT_TRUE(seen.insert({work.trial, work.rung}).second);
      EXPECT_EQ(oracle->trials(), algorithm == "grid" ? 6 : algorithm == "hyperband" ? 22 : 17) << algorithm;
    }
}

TEST(Oracle, GoesOnFromItsStateAnywhere) {
  for (const char* algorithm : {"hyperband", "random", "bayesian", "asha"}) {
    const auto whole = Oracle::make({.algorithm = algorithm, .max_epochs = 9, .trials = 12, .space = wide()});
    play(*whole);
    auto pieces = Oracle::make(whole->settings());
    for (int i = 0;; ++i) {
      pieces = Oracle::restore(Json::parse(pieces->state().dump()));
      const Decision decision = pieces->next();
      if (decision.what == Next::done) break;
      pieces->begin(decision.work);
      pieces = Oracle::restore(Json::parse(pieces->state().dump()));
      EXPECT_EQ(pieces->next().what == Next::done, false);
      pieces->report({decision.work.trial, decision.work.rung, score(decision.work)});
    }
    EXPECT_EQ(pieces->state(), whole->state());
  }
}

TEST(Hyperband, DoesNotWaitForTrialsThatFailed) {
  for (const int every : {2, 3, 5}) {
    const auto oracle = Oracle::make({.max_epochs = 20, .space = wide()});
    const auto works = play(*oracle, 1, [&](const Work& work) { return work.trial % every == 0; });
    int last = 0;
    for (const Work& work : works) last += work.epochs == 20 ? 1 : 0;
    EXPECT_GE(last, 8) << every;  // 2 of bracket 2, 2 of bracket 1, 4 of bracket 0
  }
  const auto none = Oracle::make({.max_epochs = 20, .space = wide()});
  EXPECT_EQ(play(*none, 2, [](const Work&) { return true; }).size(), 22u);
}

TEST(Hyperband, EndsWhereASmallSpaceIsExhausted) {
  Space space;
  space.boolean("a").boolean("b");
  const auto oracle = Oracle::make({.max_epochs = 20, .space = space});
  const auto works = play(*oracle);
  EXPECT_EQ(oracle->trials(), 4);
  EXPECT_TRUE(std::any_of(works.begin(), works.end(), [](const Work& work) { return work.epochs == 20; }));
}

TEST(Hyperband, IsExtendedByEpochsIterationsAndAWiderSpace) {
  auto oracle = Oracle::make({.max_epochs = 9, .space = wide()});
  const size_t first = play(*oracle).size();
  Settings more = oracle->settings();
  more.iterations = 2;
  oracle->change(more);
  EXPECT_EQ(play(*oracle).size(), first);
  more.max_epochs = 27;
  more.space.boolean("new");
  oracle->change(more);
  const auto works = play(*oracle);
  ASSERT_FALSE(works.empty());
  for (const Work& work : works) {
    EXPECT_EQ(work.epochs, 27);
    EXPECT_EQ(work.initial_epoch, 9);
  }
  more.iterations = 3;
  oracle->change(more);
  for (const Work& work : play(*oracle)) EXPECT_TRUE(work.values.contains("new"));
  more.max_epochs = 5;
  EXPECT_EQ(refusal([&] { oracle->change(more); }, ErrorKind::usage),
            "--max-epochs: the study went further (got 5, expected at least 27)");
}

TEST(Hyperband, KeepsCheckpointsOfTrialsThatMayGoOn) {
  const auto oracle = Oracle::make({.max_epochs = 9, .space = wide()});
  std::set<int64_t> given_up;
  while (true) {
    const Decision decision = oracle->next();
    if (decision.what == Next::done) break;
    if (decision.work.rung > 0) {
      EXPECT_FALSE(given_up.contains(decision.work.trial));
    }
    oracle->begin(decision.work);
    oracle->report({decision.work.trial, decision.work.rung, score(decision.work)});
    for (int64_t id = 0; id < oracle->trials(); ++id)
      if (!oracle->may_go_on(id)) given_up.insert(id);
  }
  EXPECT_EQ(static_cast<int64_t>(given_up.size()), oracle->trials());
}

TEST(RandomSearch, TrainsAllTrialsFurtherAfterMoreEpochs) {
  const auto oracle = Oracle::make({.algorithm = "random", .max_epochs = 5, .trials = 3, .space = wide()});
  play(*oracle);
  Settings more = oracle->settings();
  more.max_epochs = 8;
  oracle->change(more);
  const auto works = play(*oracle);
  ASSERT_EQ(works.size(), 3u);
  for (const Work& work : works) EXPECT_EQ(std::pair(work.initial_epoch, work.epochs), std::pair(5, 8));
}

TEST(GridSearch, TriesAValueOnceThatComesTwice) {
  Space space;
  space.choice("a", {4, 8, 8, 16}).integer("b", 1, 4, {.sampling = Sampling::log});
  const auto oracle = Oracle::make({.algorithm = "grid", .max_epochs = 1, .space = space});
  ASSERT_EQ(oracle->plan()[0].trials(), 3 * 4);
  EXPECT_EQ(play(*oracle).size(), 3u * 4);
}

TEST(Asha, PromotesAThirdWithoutWaiting) {
  const auto oracle = Oracle::make({.algorithm = "asha", .max_epochs = 9, .trials = 27, .space = wide()});
  const auto works = play(*oracle, 4);
  std::array<int, 3> runs = {};
  for (const Work& work : works) ++runs.at(static_cast<size_t>(work.rung));
  EXPECT_EQ(runs[0], 27);
  EXPECT_GE(runs[1], 9);
  EXPECT_LE(runs[1], 13);
  EXPECT_GE(runs[2], 3);
}

TEST(Oracle, NamesAlgorithms) {
  EXPECT_EQ(refusal([] { Oracle::make({.algorithm = "hyperbnad"}); }, ErrorKind::usage),
            "--algorithm: unknown algorithm \"hyperbnad\" (expected hyperband, random, grid, bayesian, asha); did you mean \"hyperband\"?");
}

double branin(double x, double y) {
  const double a = x * 15 - 5, b = y * 15;
  const double pi = std::numbers::pi;
  const double t = b - 5.1 / (4 * pi * pi) * a * a + 5 / pi * a - 6;
  return t * t + 10 * (1 - 1 / (8 * pi)) * std::cos(a) + 10;
}

double hartmann6(const std::vector<double>& x) {
  static constexpr double A[4][6] = {{10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
  static constexpr double P[4][6] = {{.1312, .1696, .5569, .0124, .8283, .5886},
                                     {.2329, .4135, .8307, .3736, .1004, .9991},
                                     {.2348, .1451, .3522, .2883, .3047, .6650},
                                     {.4047, .8828, .8732, .5743, .1091, .0381}};
  static constexpr double c[4] = {1, 1.2, 3, 3.2};
  double sum = 0;
  for (int i = 0; i < 4; ++i) {
    double inner = 0;
    for (int j = 0; j < 6; ++j) inner += A[i][j] * std::pow(x[static_cast<size_t>(j)] - P[i][j], 2);
    sum -= c[i] * std::exp(-inner);
  }
  return sum;
}

template <class Function>
double lowest(const std::string& algorithm, int dimensions, uint64_t seed, int trials, Function function) {
  Space space;
  for (int d = 0; d < dimensions; ++d) space.real("x" + std::to_string(d), 0, 1);
  const auto oracle = Oracle::make({.algorithm = algorithm, .max_epochs = 1, .trials = trials, .seed = seed, .space = space});
  double best = INFINITY;
  for (Decision decision = oracle->next(); decision.what == Next::run; decision = oracle->next()) {
    std::vector<double> x;
    for (const auto& [name, value] : decision.work.values.items()) x.push_back(value.template get<double>());
    const double value = function(x);
    best = std::min(best, value);
    oracle->begin(decision.work);
    oracle->report({decision.work.trial, 0, -value});
  }
  return best;
}

TEST(Bayesian, IsBetterThanChance) {
  const uint64_t seeds = std::getenv("FOVEA_LONG_TESTS") != nullptr ? 20 : 3;
  uint64_t wins = 0, wins6 = 0;
  for (uint64_t seed = 0; seed < seeds; ++seed) {
    const auto two = [](const std::vector<double>& x) { return branin(x[0], x[1]); };
    wins += lowest("bayesian", 2, 1000 * seed, 60, two) < lowest("random", 2, 1000 * seed, 60, two) ? 1 : 0;
    wins6 += lowest("bayesian", 6, 1000 * seed, 60, hartmann6) < lowest("random", 6, 1000 * seed, 60, hartmann6) ? 1 : 0;
  }
  EXPECT_GE(wins, seeds * 9 / 10);
  EXPECT_GE(wins6, seeds * 9 / 10);
}

}  // namespace
}  // namespace fovea::tune
