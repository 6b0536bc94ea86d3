// Recipes by the real program: options that go together, those given win.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Recipe, GivesWhatIsNotGiven) {
  const Workplace place;
  const Ended printed = place.run({"train", "fast", "--recipe", "fast", "--batch-size", "128", "--print-config"});
  ASSERT_EQ(printed.code, 0) << printed.err;
  EXPECT_THAT(printed.out, HasSubstr("batch-size = 128"));
  EXPECT_THAT(printed.out, HasSubstr("optimizer = \"sgd\""));
  EXPECT_THAT(printed.out, HasSubstr("nesterov = true"));
  EXPECT_THAT(printed.out, HasSubstr("one_cycle"));
  const Ended rate = place.run({"train", "fast", "--recipe", "fast", "--learning-rate", "0.1", "--print-config"});
  EXPECT_THAT(rate.out, Not(HasSubstr("one_cycle")));
  const Ended wide = place.run({"train", "fast_wide", "--recipe", "fast_wide", "--print-config"});
  EXPECT_THAT(wide.out, HasSubstr("epochs = 21"));
  EXPECT_THAT(wide.out, HasSubstr("alternating_flip=true"));
  EXPECT_EQ(place.run({"train", "fast", "--recipe", "slow"}).code, 2);
}

TEST(Recipe, TrainsAndGoesOnToTheSameBits) {
  const Workplace place;
  const std::vector<std::string> words = {"train", "fast", "--data", "shapes.npz", "--recipe", "fast", "--epochs", "3", "--batch-size", "16"};
  const auto run = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--name", name});
    all.insert(all.end(), more.begin(), more.end());
    return place.run(all);
  };
  const Ended whole = run("whole", {});
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_THAT(whole.err, HasSubstr("whitening whitens the pictures' patches and does not train"));
  // 43 pictures train: three steps an epoch.
  EXPECT_THAT(read_file(place / "runs/train/whole/config.toml"), HasSubstr("total_steps=9"));
  ASSERT_EQ(run("again", {"--threads", "1"}).code, 0);
  EXPECT_EQ(read_file(place / "runs/train/whole/history.csv"), read_file(place / "runs/train/again/history.csv"));
}

TEST(Schedule, MayLeaveItsStepsToTheTraining) {
  const Workplace place;
  const Ended trained = place.train("c", {"--epochs", "2", "--batch-size", "8", "--optimizer", "sgd", "--schedule", "cosine,initial_learning_rate=0.1"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(read_file(place / "runs/train/c/config.toml"), HasSubstr("cosine,initial_learning_rate=0.1,decay_steps=12"));
}

}  // namespace
}  // namespace fovea
