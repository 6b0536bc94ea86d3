// Learning rates by step are Keras's: tests/golden/schedules, see tests/golden/README.md.
#include "fovea/train/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "fovea/base/file.h"
#include "fovea/layers/dense.h"
#include "fovea/train/trainer.h"
#include "tests/harness/files.h"
#include "tests/harness/golden.h"

namespace fovea {
namespace {

using testing::HasSubstr;

const Json& golden() {
  static const Golden all("schedules", "schedules");
  return all.json();
}

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& [name, value] : golden().at("cases").items()) names.push_back(name);
  return names;
}

class GoldenSchedule : public testing::TestWithParam<std::string> {};

TEST_P(GoldenSchedule, IsKerass) {
  const Json& wanted = golden().at("cases").at(GetParam());
  const Schedule schedule = make_schedule(wanted.at("schedule").get<std::string>(), wanted.at("options"), "here");
  const auto rates = wanted.at("rates").get<std::vector<double>>();
  const double tolerance = wanted.at("tolerance").get<double>() * *std::max_element(rates.begin(), rates.end());
  for (size_t i = 0; i < rates.size(); ++i) {
    const auto step = golden().at("steps").at(i).get<int64_t>();
    EXPECT_NEAR(schedule(step), rates[i], tolerance) << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Keras, GoldenSchedule, testing::ValuesIn(cases()), [](const auto& c) { return c.param; });

TEST(Schedule, OfOneCycleRisesAndFalls) {
  const OneCycle cycle = {.max_learning_rate = 1, .total_steps = 101, .pct_start = 0.2, .div_factor = 10, .final_div_factor = 100};
  EXPECT_NEAR(cycle(0), 0.1, 1e-12);
  EXPECT_NEAR(cycle(10), 0.55, 1e-12);
  EXPECT_NEAR(cycle(20), 1, 1e-12);
  EXPECT_NEAR(cycle(60), (1 + 0.001) / 2, 1e-12);
  EXPECT_NEAR(cycle(100), 0.001, 1e-12);
  EXPECT_NEAR(cycle(1000), 0.001, 1e-12);
}

TEST(Schedule, SetsTheOptimizersRate) {
  Model model = sequential({.input_shape = {1}}, Dense({.units = 2}));
  const Schedule schedule = PiecewiseConstantDecay{.boundaries = {1}, .values = {0.5, 0.25}};
  Trainer trainer(model, {.optimizer = {.name = "sgd", .schedule = schedule}});
  EXPECT_EQ(trainer.optimizer().learning_rate(), 0.5);
  trainer.optimizer().set_iterations(2);
  EXPECT_EQ(trainer.optimizer().learning_rate(), 0.25);
  EXPECT_THAT(refusal([&] { trainer.optimizer().set_learning_rate(1); }, ErrorKind::usage), HasSubstr("where a schedule sets it"));
  EXPECT_THAT(refusal([&] { Optimizer({.learning_rate = 1, .schedule = schedule}); }, ErrorKind::usage), HasSubstr("takes the place"));
}

TEST(Schedule, RefusesWhatCannotBe) {
  const auto refused = [](const char* name, const char* options) {
    return refusal([&] { make_schedule(name, Json::parse(options), "--schedule"); }, ErrorKind::usage);
  };
  EXPECT_THAT(refused("cosin", "{}"), HasSubstr("did you mean \"cosine\""));
  EXPECT_THAT(refused("cosine", "{}"), HasSubstr("--schedule: initial_learning_rate must be given"));
  EXPECT_THAT(refused("cosine", R"({"initial_learning_rate": 1, "decay_step": 9})"), HasSubstr("did you mean \"decay_steps\"?"));
  EXPECT_THAT(refused("piecewise", R"({"boundaries": [5], "values": [1]})"), HasSubstr("got 1 boundaries and 1 values"));
  EXPECT_THAT(refused("piecewise", R"({"boundaries": [5, 5], "values": [1, 2, 3]})"), HasSubstr("boundaries must grow"));
}

}  // namespace
}  // namespace fovea
