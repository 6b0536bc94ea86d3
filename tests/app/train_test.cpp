// Trainings by the real program: run folders, figures, repeatability, interruptions, failures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cmath>
#include <set>

#include "fovea/base/file.h"
#include "fovea/formats/safetensors.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;

std::set<std::string> files_in(const std::string& folder) {
  std::set<std::string> names;
  for (const FolderEntry& entry : list_folder(folder)) names.insert(entry.name);
  return names;
}

std::set<std::string> keys_of(const Json& json) {
  std::set<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.insert(key);
  return keys;
}

bool is_finite(const std::string& model) {
  const SafetensorsFile file(model);
  for (const SafetensorsEntry& entry : file->entries()) {
    const Array values = file->read(entry.name);
    for (const float value : values.values<float>())
      if (!std::isfinite(value)) return false;
  }
  return true;
}

TEST(Train, KeepsARunThatEvaluatesAsItSaid) {
  const Workplace place;
  const Ended trained = place.train("first", {"--epochs", "6", "--batch-size", "8", "--learning-rate", "0.02"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.out, HasSubstr("runs/train/first"));
  EXPECT_THAT(trained.err, HasSubstr("seed 0"));
  EXPECT_EQ(files_in(place / "runs/train/first"),
            (std::set<std::string>{"best.safetensors", "checkpoint", "config.toml", "confusion_matrix.csv", "confusion_matrix.svg",
                                   "environment.json", "events.jsonl", "history.csv", "history.svg",
                                   "model.safetensors", "report.txt"}));
  EXPECT_EQ(files_in(place / "runs/train"), (std::set<std::string>{"first"}));

  const Ended evaluated = place.run({"eval", "runs/train/first", "--data", "shapes.npz", "--json"});
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  const Json result = evaluated.json();
  EXPECT_EQ(keys_of(result), (std::set<std::string>{"loss", "accuracy", "top5", "confusion_matrix", "classes", "report",
                                                    "report_dict"}));
  EXPECT_EQ(result["accuracy"], 1.0);
  EXPECT_EQ(result["confusion_matrix"], Json::parse("[[6,0,0],[0,6,0],[0,0,6]]"));
  EXPECT_EQ(result["report"], read_file(place / "runs/train/first/report.txt"));
}

TEST(Train, SaysItsFiguresAsJson) {
  const Workplace place;
  const Ended trained = place.train("a", {"--epochs", "2", "--json"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Json json = trained.json();
  EXPECT_EQ(keys_of(json), (std::set<std::string>{"run", "epochs", "best_epoch", "seconds", "pictures_per_second"}));
  EXPECT_EQ(json["run"], "runs/train/a");
  ASSERT_EQ(json["epochs"].size(), 2u);
  EXPECT_EQ(json["epochs"][0]["epoch"], 1);
  EXPECT_EQ(keys_of(json["epochs"][1]),
            (std::set<std::string>{"epoch", "loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"}));
  EXPECT_GT(json["pictures_per_second"].get<double>(), 0);
  const std::string history = read_file(place / "runs/train/a/history.csv");
  EXPECT_THAT(history, testing::StartsWith("epoch,loss,accuracy,val_loss,val_accuracy,learning_rate\n1,"));
  EXPECT_EQ(std::count(history.begin(), history.end(), '\n'), 3);

  const Ended unvalidated = place.train("b", {"--epochs", "1", "--validation-split", "0", "--json"});
  EXPECT_EQ(keys_of(unvalidated.json()["epochs"][0]),
            (std::set<std::string>{"epoch", "loss", "accuracy", "learning_rate"}));
}

TEST(Train, GivesTheSameBytesForAnyNumberOfThreads) {
  const Workplace place;
  const std::vector<std::string> same = {"--epochs", "2", "--batch-size", "12", "--lanes", "2", "--seed", "7"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), same.begin(), same.end());
    return more;
  };
  ASSERT_EQ(place.train("one", with({})).code, 0);
  ASSERT_EQ(place.train("two", with({"--threads", "2"})).code, 0);
  ASSERT_EQ(place.train("other", with({"--seed", "8"})).code, 0);
  const auto model = [&](const char* run) {
    return read_file(place / ("runs/train/" + std::string(run) + "/model.safetensors"));
  };
  EXPECT_EQ(model("one"), model("two"));
  EXPECT_NE(model("one"), model("other"));
  EXPECT_EQ(read_file(place / "runs/train/one/history.csv"), read_file(place / "runs/train/two/history.csv"));

  // What the run wrote down is enough to repeat it.
  ASSERT_EQ(place.run({"train", "--config", "runs/train/one/config.toml", "--name", "again"}).code, 0);
  EXPECT_EQ(model("one"), model("again"));
}

TEST(Train, CountsRunsUpAndRefusesATakenName) {
  const Workplace place;
  for (const char* name : {"tiny-shapes-001", "tiny-shapes-002"}) {
    const Ended ended = place.run({"train", "tiny.json", "--data", "shapes.npz", "--epochs", "1", "--json"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.json()["run"], "runs/train/" + std::string(name));
  }
  const Ended refused = place.train("tiny-shapes-001", {"--epochs", "1"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("there is a run of this name already"));
}

TEST(Train, LetsFlagsWinOverAConfiguration) {
  const Workplace place;
  write_file_atomically(place / "c.toml", "model = \"tiny.json\"\nepochs = 3\nlearning_rate = 0.5\nshuffle = false\n");
  const Ended printed = place.run({"train", "--config", "c.toml", "--epochs", "4", "--print-config"});
  ASSERT_EQ(printed.code, 0) << printed.err;
  for (const char* line : {"model = \"tiny.json\"\n", "epochs = 4\n", "learning-rate = 0.5\n", "shuffle = \"off\"\n"})
    EXPECT_THAT(printed.out, HasSubstr(line));
  write_file_atomically(place / "bad.toml", "epoch = 3\n");
  const Ended refused = place.run({"train", "--config", "bad.toml"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("bad.toml: unknown option \"epoch\"; did you mean \"epochs\"?"));
}

TEST(Train, KeepsSeedsThatTomlsIntegersCannotHold) {
  const Workplace place;
  ASSERT_EQ(place.train("a", {"--epochs", "1", "--seed", "18446744073709551615"}).code, 0);
  const Ended resumed = place.run({"train", "--resume", "runs/train/a", "--epochs", "2"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(read_file(place / "runs/train/a/config.toml"), HasSubstr("seed = \"18446744073709551615\"\n"));
}

TEST(Train, RefusesAPathThatARunCouldNotKeep) {
  const Workplace place;
  write_file_atomically(place / "caf\xe9.npz", read_file(place / "shapes.npz"));
  const Ended refused = place.run({"train", "tiny.json", "--data", "caf\xe9.npz", "--epochs", "1"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--data: is not UTF-8: a run could not keep it"));
}

TEST(Train, SavesOnceMoreWhereItIsTold) {
  const Workplace place;
  ASSERT_EQ(place.train("a", {"--epochs", "1", "--save", "kept.safetensors"}).code, 0);
  EXPECT_EQ(read_file(place / "kept.safetensors"), read_file(place / "runs/train/a/model.safetensors"));
  EXPECT_EQ(place.train("b", {"--save", "kept.onnx"}).code, 2);
  EXPECT_EQ(place.train("c", {"--save", "nowhere/kept.safetensors"}).code, 3);
  EXPECT_EQ(files_in(place / "runs/train"), (std::set<std::string>{"a"}));
}

TEST(Train, ValidatesOnTheTestSplitWithAWarning) {
  const Workplace place;
  const Ended ended = place.train("a", {"--epochs", "1", "--validation", "test"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("optimistic"));
  EXPECT_THAT(ended.err, HasSubstr("48 pictures to train on, 18 to validate"));
  EXPECT_THAT(read_file(place / "runs/train/a/report.txt"), HasSubstr("18"));
}

TEST(Train, SavesWhenItIsInterrupted) {
  const Workplace place;
  Started training(place.path(), {"train", "tiny.json", "--data", "shapes.npz", "--epochs", "1000000", "--name", "long",
                                  "--validation-split", "0", "--json"});
  const std::string run = place / "runs/train/long";
  for (int i = 0; i < 1000 && !file_exists(run + "/best.safetensors"); ++i) ::usleep(10'000);
  training.signal(SIGINT);
  const Ended ended = training.wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("stopped by Ctrl-C"));
  const Json json = ended.json();
  EXPECT_GE(json["epochs"].size(), 1u);
  EXPECT_TRUE(is_finite(run + "/model.safetensors"));
  EXPECT_THAT(read_file(run + "/events.jsonl"), HasSubstr("{\"event\":\"stop\""));
  for (const std::string& name : files_in(run)) EXPECT_FALSE(is_temporary_name(name)) << name;
}

TEST(Train, SavesWhenItIsInterruptedInItsFirstEpoch) {
  const Workplace place;
  Started training(place.path(), {"train", "basic", "--epochs", "1000", "--name", "early", "--json"});
  const std::string run = place / "runs/train/early";
  // Its first event is written where it may be interrupted.
  for (int i = 0; i < 1000 && !(file_exists(run + "/events.jsonl") && !read_file(run + "/events.jsonl").empty()); ++i)
    ::usleep(10'000);
  training.signal(SIGTERM);
  const Ended ended = training.wait();
  EXPECT_EQ(ended.code, 130) << ended.err;
  EXPECT_TRUE(ended.json()["pictures_per_second"].is_null());
  EXPECT_EQ(read_file(run + "/history.csv"), "epoch,loss,accuracy,learning_rate\n");
  EXPECT_EQ(place.run({"eval", "runs/train/early", "--quiet"}).code, 0);
}

TEST(Train, KeepsTheLastGoodWeightsOfALossThatIsNotFinite) {
  const Workplace place;
  const Ended ended = place.train("wild", {"--epochs", "5", "--optimizer", "sgd", "--learning-rate", "1e30"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("is not finite at step"));
  EXPECT_EQ(ended.out, "");
  EXPECT_TRUE(is_finite(place / "runs/train/wild/model.safetensors"));
  EXPECT_THAT(read_file(place / "runs/train/wild/events.jsonl"), HasSubstr("{\"event\":\"fail\""));
}

TEST(Train, SavesWhenItsTerminalGoesAway) {
  const Workplace place;
  Started training(place.path(),
                   {"train", "tiny.json", "--data", "shapes.npz", "--epochs", "1000000", "--name", "long"});
  const std::string run = place / "runs/train/long";
  for (int i = 0; i < 1000 && !file_exists(run + "/best.safetensors"); ++i) ::usleep(10'000);
  training.signal(SIGHUP);
  EXPECT_EQ(training.wait().code, 130);
  EXPECT_TRUE(is_finite(run + "/model.safetensors"));
}

TEST(Train, LeavesNothingHalfWrittenWhereTheDiskIsFull) {
  const Workplace place;
  // No file may grow beyond this: not even the first ones of a run, or a model but not them.
  const Ended early = place.train("a", {"--epochs", "1"}, {.file_limit = 0});
  EXPECT_EQ(early.code, 3);
  EXPECT_EQ(files_in(place / "runs/train"), std::set<std::string>());
  const Ended late = place.train("b", {"--epochs", "1"}, {.file_limit = 1500});
  EXPECT_EQ(late.code, 3) << late.err;
  EXPECT_EQ(files_in(place / "runs/train"), std::set<std::string>());
}

TEST(Train, NeedsAFolderThatTakesRuns) {
  const Workplace place;
  const Ended ended = place.train("a", {"--runs", "tiny.json"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("fovea: error: tiny.json"));
}

}  // namespace
}  // namespace fovea
