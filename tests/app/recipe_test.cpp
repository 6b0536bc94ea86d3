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
  // 43 pictures train, three steps an epoch: the rate's cycle is through behind nine.
  EXPECT_THAT(read_file(place / "runs/train/whole/history.csv"), HasSubstr(",0.015\n"));
  ASSERT_EQ(run("again", {"--threads", "1"}).code, 0);
  EXPECT_EQ(read_file(place / "runs/train/whole/history.csv"), read_file(place / "runs/train/again/history.csv"));
}

TEST(Schedule, MayLeaveItsStepsToTheTraining) {
  const Workplace place;
  const auto rates = [&](const std::vector<std::string>& words) {
    const Ended trained = place.run(words);
    EXPECT_EQ(trained.code, 0) << trained.err;
    std::vector<double> all;
    const Json result = trained.json();
    for (const Json& epoch : result["epochs"]) all.push_back(epoch["learning_rate"]);
    return all;
  };
  const auto train = [&](const std::string& name, const std::string& epochs, const std::string& schedule) {
    return rates({"train", "tiny.json", "--data", "shapes.npz", "--name", name, "--epochs", epochs, "--batch-size", "8",
                  "--optimizer", "sgd", "--schedule", schedule, "--json"});
  };
  const std::string cosine = "cosine,initial_learning_rate=0.1";
  EXPECT_THAT(train("a", "2", cosine), testing::ElementsAre(testing::DoubleNear(0.05, 1e-8), testing::DoubleNear(0, 1e-8)));
  // The warm-up is part of the training: of its 24 steps 12 are left behind it.
  const auto warmed = train("b", "4", "cosine,initial_learning_rate=0,warmup_target=0.1,warmup_steps=12");
  EXPECT_NEAR(warmed[1], 0.1, 1e-8);
  EXPECT_NEAR(warmed[3], 0, 1e-8);

  // With more epochs the rest of the training follows the longer schedule.
  const std::vector<double> whole = train("whole", "4", cosine);
  const std::vector<double> grown = rates({"train", "--resume", "runs/train/a", "--epochs", "4", "--json"});
  EXPECT_EQ(std::vector(grown.begin() + 2, grown.end()), std::vector(whole.begin() + 2, whole.end()));
}

}  // namespace
}  // namespace fovea
