// train A B … --ensemble, by the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "fovea/base/file.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;

std::vector<std::string> words_of(const std::string& name, const std::string& epochs = "4") {
  return {"train", "tiny.json", "other.json", "tiny.json", "--ensemble", "--data", "shapes.npz", "--epochs", epochs, "--batch-size", "8",
          "--class-names", "top,middle,bottom", "--name", name, "--json"};
}

class JointTraining : public testing::Test {
 protected:
  JointTraining() {
    write_file_atomically(place_ / "other.json", R"({"name": "other", "input_shape": [null, null, null], "layers": [{"Conv2D": {"filters": 4, "kernel_size": 5,
      "activation": "relu"}}, {"GlobalAveragePooling2D": {}}, {"Dense": {"units": 3, "activation": "softmax"}}]})");
  }
  // What a run is made of, whatever processes made it.
  void expect_same(const std::string& a, const std::string& b) const {
    for (const char* file : {"members/1-tiny/model.safetensors", "members/2-other/model.safetensors", "members/3-tiny/best.safetensors",
                             "members/3-tiny/history.csv", "report.txt"})
      EXPECT_EQ(read_file(place_ / (a + "/" + file)), read_file(place_ / (b + "/" + file))) << file;
  }
  void wait_for(const std::string& file, int64_t lines) const {
    for (int i = 0; i < 3000; ++i, ::usleep(2'000)) {
      if (!file_exists(place_ / file)) continue;
      const std::string text = read_file(place_ / file);
      if (std::count(text.begin(), text.end(), '\n') > lines) return;
    }
  }

  Workplace place_;
};

TEST_F(JointTraining, TrainsEachAndScoresAll) {
  const Ended ended = place_.run(words_of("all"));
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = ended.json();
  EXPECT_EQ(json["run"], "runs/train/all");
  ASSERT_EQ(json["members"].size(), 3u);
  EXPECT_EQ(json["members"][1]["model"], "runs/train/all/members/2-other");
  EXPECT_NE(read_file(place_ / "runs/train/all/members/1-tiny/model.safetensors"), read_file(place_ / "runs/train/all/members/3-tiny/model.safetensors"))
      << "named twice, with another seed";
  EXPECT_THAT(ended.err, HasSubstr("member 3 of 3: tiny.json, seed 1"));

  // The whole is a model for every command, and the same as its members together.
  const Ended evaluated = place_.run({"eval", "runs/train/all", "--data", "shapes.npz", "--json"});
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_EQ(evaluated.json()["confusion_matrix"], json["confusion_matrix"]);
  const Ended together = place_.run({"ensemble", "runs/train/all", "--data", "shapes.npz", "--json"});
  ASSERT_EQ(together.code, 0) << together.err;
  EXPECT_EQ(together.json()["members"].size(), 3u);
  EXPECT_EQ(together.json()["loss"], json["loss"]);
  EXPECT_EQ(place_.run({"predict", "runs/train/all", "shapes.npz:test:0"}).code, 0);
  EXPECT_EQ(place_.run({"report", "runs/train/all"}).code, 0);
  const Ended listed = place_.run({"runs", "list", "--json"});
  ASSERT_EQ(listed.json()["runs"].size(), 1u);
  EXPECT_EQ(listed.json()["runs"][0]["state"], "finished");
  EXPECT_EQ(listed.json()["runs"][0]["model"], "tiny.json, other.json, tiny.json");
  EXPECT_EQ(listed.json()["runs"][0]["test"]["accuracy"], json["accuracy"]);
}

TEST_F(JointTraining, GoesOnBehindKills) {
  ASSERT_EQ(place_.run(words_of("whole", "60")).code, 0);
  const std::string run = "runs/train/killed";
  std::vector<std::string> words = words_of("killed", "60");
  for (const char* member : {"1-tiny", "2-other", "3-tiny"}) {
    Started training(place_.path(), words);
    wait_for(run + "/members/" + member + "/history.csv", 5);
    training.signal(SIGKILL);
    EXPECT_EQ(training.wait().code, 1000 + SIGKILL);
    words = {"train", "--resume", run, "--json"};
  }
  const Ended ended = place_.run(words);
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, testing::Not(HasSubstr("member 2 of 3"))) << "what is done is not done again";
  expect_same(run, "runs/train/whole");
}

TEST_F(JointTraining, StopsAtCtrlCAndIsExtended) {
  ASSERT_EQ(place_.run(words_of("six", "6")).code, 0);
  Started training(place_.path(), words_of("stopped", "100000"));
  wait_for("runs/train/stopped/members/1-tiny/history.csv", 3);
  training.signal(SIGINT);
  const Ended stopped = training.wait();
  EXPECT_EQ(stopped.code, 130);
  EXPECT_EQ(stopped.json()["run"], "runs/train/stopped");
  EXPECT_THAT(stopped.err, HasSubstr("fovea train --resume runs/train/stopped goes on"));
  EXPECT_EQ(place_.run({"runs", "list", "--json"}).json()["runs"][1]["state"], "stopped");

  ASSERT_EQ(place_.run(words_of("four")).code, 0);
  const Ended grown = place_.run({"train", "--resume", "runs/train/four/", "--epochs", "6", "--json"});
  ASSERT_EQ(grown.code, 0) << grown.err;
  expect_same("runs/train/four", "runs/train/six");
}

TEST_F(JointTraining, GoesOnWithAnExtensionThatWasStopped) {
  ASSERT_EQ(place_.run(words_of("grown", "2")).code, 0);
  Started training(place_.path(), {"train", "--resume", "runs/train/grown", "--epochs", "60"});
  wait_for("runs/train/grown/members/1-tiny/history.csv", 4);
  training.signal(SIGINT);
  ASSERT_EQ(training.wait().code, 130);
  const Ended ended = place_.run({"train", "--resume", "runs/train/grown"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const std::string member : {"1-tiny", "2-other", "3-tiny"})
    EXPECT_THAT(read_file(place_ / ("runs/train/grown/members/" + member + "/history.csv")), HasSubstr("\n60,")) << member;
}

TEST_F(JointTraining, FailsWhereOneModelIsAskedForAndThereIsNone) {
  ASSERT_EQ(place_.train("a", {"--resize", "pad", "--epochs", "1"}).code, 0);
  const Ended ended = place_.run({"train", "runs/train/a", "tiny.json", "--ensemble", "--data", "shapes.npz", "--epochs", "1",
                                  "--name", "b", "--save", "b.safetensors", "--json"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("b.safetensors: is not written: the members make no one model"));
  EXPECT_EQ(ended.json()["members"].size(), 2u) << "they are scored";
}

TEST_F(JointTraining, SaysWhatDoesNotGoTogether) {
  const auto refused = [&](const std::vector<std::string>& words, const char* text) {
    const Ended ended = place_.run(words);
    EXPECT_EQ(ended.code, 2) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(text));
  };
  refused({"train", "tiny.json", "--ensemble", "--data", "shapes.npz"}, "--ensemble: needs two models at least (got 1");
  refused({"train", "tiny.json", "other.json", "--data", "shapes.npz"}, "one model too many (got \"other.json\"");
  refused({"train", "tiny.json", "other.json", "--ensemble", "--find-lr", "a.svg", "--data", "shapes.npz"}, "--ensemble: does not go with --find-lr");
  refused({"train", "tiny.json", "absent", "--ensemble", "--data", "shapes.npz", "--epochs", "1", "--name", "a"}, "absent");
  write_file_atomically(place_ / "small.json", R"({"input_shape": [8, 8, 1],
    "layers": [{"Flatten": {}}, {"Dense": {"units": 3, "activation": "softmax"}}]})");
  refused({"train", "tiny.json", "small.json", "--ensemble", "--data", "shapes.npz", "--epochs", "1", "--name", "a",
           "--save", "a.safetensors"},
          "--save: members that take pictures of different sizes make no one model (got (10, 10, 1) of tiny.json and "
          "(8, 8, 1) of small.json)");
  EXPECT_FALSE(folder_exists(place_ / "runs/train/a")) << "known before anything is trained";
}

}  // namespace
}  // namespace fovea
