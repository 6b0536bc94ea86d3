// Runs that are killed, interrupted, extended or short of disk, by the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "fovea/base/file.h"
#include "fovea/base/random.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kOptions = {"--epochs",       "200",      "--batch-size", "8",
                                           "--early-stopping", "patience=500", "--reduce-lr",  "factor=0.5,patience=40"};

std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Waits until a run's history has so many epochs.
void wait_for(const std::string& run, int64_t epochs) {
  for (int i = 0; i < 3000; ++i, ::usleep(2'000)) {
    if (!file_exists(run + "/history.csv")) continue;
    const std::string history = read_file(run + "/history.csv");
    if (std::count(history.begin(), history.end(), '\n') > epochs) return;
  }
}

// Waits, not for long, until something is being written.
void wait_for_a_write(const std::string& run) {
  for (int i = 0; i < 20'000; ++i)
    for (const std::string& folder : {run, run + "/checkpoint"}) {
      if (!folder_exists(folder)) continue;
      try {
        for (const FolderEntry& entry : list_folder(folder))
          if (is_temporary_name(entry.name)) return;
      } catch (const Error&) {
        // Gone between two looks.
      }
    }
}

// Kills all over the training: at random moments, and while files are written. Thirty of them with FOVEA_LONG_TESTS.
TEST(ResumedRun, IsTheSameAfterManyKills) {
  const int moments = std::getenv("FOVEA_LONG_TESTS") != nullptr ? 32 : 6;
  const Workplace place;
  const Ended whole = place.train("whole", kOptions);
  ASSERT_EQ(whole.code, 0) << whole.err;
  const std::string run = place / "runs/train/killed";
  RandomStream random(static_cast<uint64_t>(moments), purpose::kSample);
  int kills = 0;
  for (int moment = 0; moment < moments; ++moment) {
    const auto words = !folder_exists(run) ? with({"train", "tiny.json", "--data", "shapes.npz", "--name", "killed", "--threads", "1"}, kOptions)
                                           : std::vector<std::string>{"train", "--resume", "runs/train/killed"};
    Started training(place.path(), words);
    wait_for(run, 198 * moment / (moments - 1));
    if (moment % 2 == 0) ::usleep(static_cast<useconds_t>(random.unit() * 20'000));
    else wait_for_a_write(run);
    training.signal(SIGKILL);
    const int code = training.wait().code;
    if (code == 1000 + SIGKILL) ++kills;
    else EXPECT_EQ(code, 0);
  }
  EXPECT_GE(kills, moments - 2);  // the last ones may come too late
  const Ended resumed = place.run({"train", "--resume", "runs/train/killed", "--json"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(resumed.json()["run"], "runs/train/killed");
  EXPECT_EQ(resumed.json()["epochs"].size(), 200u);
  for (const char* file : {"model.safetensors", "best.safetensors", "history.csv", "report.txt", "config.toml"})
    EXPECT_EQ(read_file(run + "/" + file), read_file(place / ("runs/train/whole/" + std::string(file)))) << file;
  EXPECT_THAT(read_file(run + "/events.jsonl"), HasSubstr("{\"event\":\"resume\""));
  for (const FolderEntry& entry : list_folder(run + "/checkpoint")) EXPECT_FALSE(is_temporary_name(entry.name)) << entry.name;
}

TEST(ResumedRun, GoesOnBehindCtrlC) {
  const Workplace place;
  const auto options = with(kOptions, {"--epochs", "2000", "--early-stopping", "patience=5000"});
  Started training(place.path(), with({"train", "tiny.json", "--data", "shapes.npz", "--name", "a", "--threads", "1"}, options));
  wait_for(place / "runs/train/a", 3);
  training.signal(SIGINT);
  const Ended stopped = training.wait();
  EXPECT_EQ(stopped.code, 130);
  EXPECT_THAT(stopped.err, HasSubstr("fovea train --resume runs/train/a"));
  EXPECT_THAT(stopped.err, HasSubstr("the weights are those of epoch"));
  const Ended refused = place.run({"train", "--resume", "runs/train/a", "--epochs", "2"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--epochs: the run is further than that (got 2"));
}

TEST(ResumedRun, IsExtendedByMoreEpochs) {
  const Workplace place;
  ASSERT_EQ(place.train("six", {"--epochs", "6"}).code, 0);
  ASSERT_EQ(place.train("grown", {"--epochs", "4"}).code, 0);
  const Ended grown = place.run({"train", "--resume", "runs/train/grown/", "--epochs", "6"});
  ASSERT_EQ(grown.code, 0) << grown.err;
  for (const char* file : {"model.safetensors", "history.csv", "config.toml"})
    EXPECT_EQ(read_file(place / ("runs/train/grown/" + std::string(file))), read_file(place / ("runs/train/six/" + std::string(file)))) << file;
}

TEST(ResumedRun, WaitsAnewForMoreEpochsAlone) {
  const Workplace place;
  const auto epochs = [](const Ended& ended) { return ended.json()["epochs"].size(); };
  const std::vector<std::string> resume = {"train", "--resume", "runs/train/a", "--json"};
  const Ended stopped = place.train("a", {"--epochs", "40", "--learning-rate", "0", "--early-stopping", "patience=2", "--json"});
  EXPECT_EQ(epochs(stopped), 3u);
  EXPECT_EQ(epochs(place.run(resume)), 3u);
  EXPECT_EQ(epochs(place.run(with(resume, {"--epochs", "40"}))), 3u) << "these are its own";
  EXPECT_EQ(epochs(place.run(with(resume, {"--epochs", "41"}))), 5u);
}

TEST(ResumedRun, GoesOnWhereTheNetLeavesThePicturesSizeOpen) {
  const Workplace place;
  write_file_atomically(place / "open.json", R"({"input_shape": [null, null, null], "layers": [{"Conv2D": {"filters": 4, "kernel_size": 3}},
                                                 {"GlobalAveragePooling2D": {}}, {"Dense": {"units": 3, "activation": "softmax"}}]})");
  ASSERT_EQ(place.run({"train", "open.json", "--data", "shapes.npz", "--epochs", "1", "--name", "a"}).code, 0);
  const Ended grown = place.run({"train", "--resume", "runs/train/a", "--epochs", "2"});
  EXPECT_EQ(grown.code, 0) << grown.err;
  const Ended evaluated = place.run({"eval", "runs/train/a", "--data", "shapes.npz"});
  EXPECT_EQ(evaluated.code, 0) << evaluated.err;
}

TEST(ResumedRun, TakesNoOtherOptionsAndNoOtherFolders) {
  const Workplace place;
  ASSERT_EQ(place.train("a", {"--epochs", "1"}).code, 0);
  const auto refused = [&](const std::vector<std::string>& words, int code, const char* text) {
    const Ended ended = place.run(with({"train", "--resume"}, words));
    EXPECT_EQ(ended.code, code) << text;
    EXPECT_THAT(ended.err, HasSubstr(text));
  };
  refused({"runs/train/a", "--batch-size", "4"}, 2, "--batch-size: does not go with --resume");
  refused({"runs/train/b"}, 3, "there is no such run folder");
  std::filesystem::remove_all(place / "runs/train/a/checkpoint");
  refused({"runs/train/a"}, 3, "there is no checkpoint to go on from");
}

TEST(ResumedRun, BelongsToOneProcess) {
  const Workplace place;
  Started training(place.path(), {"train", "tiny.json", "--data", "shapes.npz", "--epochs", "1000000", "--name", "long"});
  wait_for(place / "runs/train/long", 1);
  const Ended second = place.run({"train", "--resume", "runs/train/long"});
  EXPECT_EQ(second.code, 3);
  EXPECT_THAT(second.err, HasSubstr("another process is working on this run"));
  training.signal(SIGKILL);
  training.wait();
}

TEST(ResumedRun, WarnsOfOtherData) {
  const Workplace place, other;
  ASSERT_EQ(place.train("a", {"--epochs", "1"}).code, 0);
  const std::string path = place / "runs/train/a/environment.json";
  std::string text = read_file(path);
  const size_t at = text.find("\"data_hash\": \"") + 14;
  text[at] = text[at] == '0' ? '1' : '0';
  write_file_atomically(path, text);
  const Ended ended = place.run({"train", "--resume", "runs/train/a", "--epochs", "2"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("the run began with another data_hash"));
}

TEST(ResumedRun, TrainsOnWhereTheDiskIsFull) {
  const Workplace place;
  // 26 KiB of weights: a checkpoint without best weights has files of 53, one with them of 79.
  write_file_atomically(place / "wide.json", R"({"name": "wide", "input_shape": [10, 10, 1], "layers": [
      {"Flatten": {}}, {"Dense": {"units": 64}}, {"Dense": {"units": 3, "activation": "softmax"}}]})");
  const Ended ended = place.run({"train", "wide.json", "--data", "shapes.npz", "--name", "full", "--epochs", "3",
                                 "--early-stopping", "patience=9"}, {.file_limit = 65'000});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const size_t first = ended.err.find("the training goes on without");
  ASSERT_NE(first, std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("the training goes on without", first + 1), std::string::npos);
  EXPECT_EQ(list_folder(place / "runs/train/full/checkpoint").size(), 1u);
  EXPECT_EQ(place.run({"train", "--resume", "runs/train/full"}).code, 0);
}

TEST(Callbacks, StopAndReduceAndRefuse) {
  const Workplace place;
  const Ended stopped = place.train("a", {"--epochs", "50", "--early-stopping", "monitor=val_accuracy,patience=2,min_delta=0.9", "--json"});
  ASSERT_EQ(stopped.code, 0) << stopped.err;
  EXPECT_LT(stopped.json()["epochs"].size(), 10u);
  EXPECT_THAT(stopped.err, HasSubstr("stopped early behind epoch"));
  // More epochs make it wait anew.
  EXPECT_GT(place.run({"train", "--resume", "runs/train/a", "--epochs", "60", "--json"}).json()["epochs"].size(),
            stopped.json()["epochs"].size());

  const Ended reduced = place.train("b", {"--epochs", "3", "--reduce-lr", "monitor=loss,factor=0.5,patience=1,min_delta=9", "--json"});
  ASSERT_EQ(reduced.code, 0) << reduced.err;
  EXPECT_EQ(reduced.json()["epochs"][1]["learning_rate"], 0.001);
  EXPECT_EQ(reduced.json()["epochs"][2]["learning_rate"], 0.0005);

  const Ended scheduled = place.train("c", {"--epochs", "2", "--batch-size", "12", "--schedule", "piecewise,boundaries=2,values=0.5,0.25",
                                            "--checkpoint", "monitor=accuracy,save_best_only=false", "--class-weight", "balanced",
                                            "--initial-epoch", "1", "--json"});
  ASSERT_EQ(scheduled.code, 0) << scheduled.err;
  ASSERT_EQ(scheduled.json()["epochs"].size(), 1u);
  EXPECT_EQ(scheduled.json()["epochs"][0]["epoch"], 2);
  EXPECT_EQ(scheduled.json()["epochs"][0]["learning_rate"], 0.25);
  EXPECT_TRUE(file_exists(place / "runs/train/c/epoch-002.safetensors"));

  const auto refused = [&](const std::vector<std::string>& words, const char* text) {
    const Ended ended = place.train("refused", words);
    EXPECT_EQ(ended.code, 2) << text;
    EXPECT_THAT(ended.err, HasSubstr(text));
    EXPECT_FALSE(folder_exists(place / "runs/train/refused"));
  };
  refused({"--early-stopping", "patiense=5"}, "--early-stopping: unknown key \"patiense\"");
  refused({"--early-stopping", "patiense=5"}, "did you mean \"patience\"?");
  refused({"--early-stopping", "monitor=val_los"}, "did you mean \"val_loss\"?");
  refused({"--early-stopping", "patience=few"}, "--early-stopping: patience");
  refused({"--early-stopping", "patience=2", "--validation-split", "0"}, "has no such figure to monitor (got monitor=val_loss, expected loss, accuracy)");
  refused({"--reduce-lr", "factor=2"}, "factor must be at least 0 and below 1 (got 2)");
  refused({"--schedule", "exponential,initial_learning_rate=0.1,decay_rate=0.9"}, "--schedule: decay_steps must be given");
  refused({"--schedule", "one_cycle,max_learning_rate=1,total_steps=9", "--learning-rate", "1"}, "takes the place of --learning-rate");
  refused({"--schedule", "one_cycle,max_learning_rate=1,total_steps=9", "--reduce-lr", "patience=1"}, "does not go with --schedule");
  refused({"--checkpoint", "mode=best"}, "unknown mode");
  refused({"--class-weight", "7:2"}, "--class-weight: there is no such class (got \"7\", expected a name or 0 to 2)");
  refused({"--class-weight", "0=2"}, "expected balanced or CLASS:WEIGHT");
  refused({"--epochs", "2", "--initial-epoch", "2"}, "--initial-epoch: leaves nothing to train");
}

}  // namespace
}  // namespace fovea
