// Wrong words, wrong files: one clear line each and the exit code that says which.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "fovea/base/file.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Wrong {
  std::vector<std::string> words;
  int code;
  const char* says;
};

TEST(Usage, RefusesInOneClearLine) {
  const Workplace place;
  write_file_atomically(place / "text.npz", "this is no archive");
  write_file_atomically(place / "text.safetensors", "this is no model");
  write_file_atomically(place / "text.json", "{\"layers\": ");
  write_file_atomically(place / "text.toml", "epochs = = 3");
  create_folders(place / "empty");
  const std::vector<Wrong> all = {
      {{}, 2, "a command is missing"},
      {{"tarin"}, 2, "tarin: unknown command; did you mean \"train\"?"},
      {{"--jsn"}, 2, "--jsn: unknown option"},
      {{"train"}, 2, "MODEL: is missing"},
      {{"train", "basik"}, 2, "did you mean \"basic\"?"},
      {{"train", "basic", "--epoch", "3"}, 2, "--epoch: unknown option of \"train\"; did you mean \"--epochs\"?"},
      {{"train", "basic", "--epochs"}, 2, "--epochs: a value is missing"},
      {{"train", "basic", "--epochs", "0"}, 2, "--epochs: cannot be (got 0, expected an integer of at least 1)"},
      {{"train", "basic", "--epochs", "-3"}, 2, "--epochs: cannot be (got -3"},
      {{"train", "basic", "--epochs", "many"}, 2, "--epochs: cannot be (got many"},
      {{"train", "basic", "--epochs", ""}, 2, "--epochs: cannot be (got \"\", expected an integer of at least 1)"},
      {{"train", "basic", "--epochs", "9999999999"},
       2,
       "--epochs: cannot be (got 9999999999, expected an integer of at least 1 and below 2147483648)"},
      {{"train", "basic", "--seed", "-1"},
       2,
       "--seed: cannot be (got -1, expected an integer of at least 0 and below 18446744073709551616)"},
      {{"train", "basic", "--quiet=maybe"}, 2, "--quiet: takes no such value (got maybe"},
      {{"train", "basic", "--batch-size", "1.5"}, 2, "--batch-size: cannot be (got 1.5"},
      {{"train", "basic", "--learning-rate", "nan"},
       2,
       "--learning-rate: cannot be (got nan, expected a number of at least 0)"},
      {{"train", "basic", "--optimizer", "adm"}, 2, "; did you mean \"adam\""},
      {{"train", "basic", "--loss", "hinge"}, 2, "--loss: unknown loss"},
      {{"train", "basic", "--precision", "bf16"}, 2, "--precision: bfloat16 cannot be had yet"},
      {{"train", "basic", "--precision", "f16"}, 2, "--precision: unknown value"},
      {{"train", "basic", "again"}, 2, "one model too many (got \"again\""},
      {{"train", "basic", "--data", "fashion-mnst"}, 2, "did you mean \"fashion-mnist\"?"},
      {{"train", "basic", "--data", "CIFAR10:some/where"}, 2, "did you mean \"cifar10\" or \"cifar100\"?"},
      {{"train", "basic", "--data", "cifar10:nowhere"}, 3, "nowhere"},
      {{"train", "basic", "--data", "nowhere.npz"}, 3, "nowhere.npz"},
      {{"train", "basic", "--data", "text.npz"}, 3, "text.npz"},
      {{"train", "basic", "--data", "shapes.npz"}, 2, "kernel_size 3x3 is larger than the picture 1x1"},
      {{"train", "tiny.json", "--data", "shapes.npz", "--name", "a/b"}, 2, "a run cannot be called so"},
      {{"train", "tiny.json", "--data", "shapes.npz", "--name", "a\nb"}, 2, "a run cannot be called so"},
      {{"train", "tiny.json", "--data", "shapes.npz", "--class-names", "a,b,c,d"}, 2, "number of classes"},
      {{"train", "tiny.json", "--data", "shapes.npz", "--class-names", "a,b,a"},
       2,
       "have the same name (got \"a\" twice"},
      {{"train", "tiny.json", "--data", "shapes.npz", "--class-names", "a,,b"}, 2, "class 1 has no name"},
      {{"train", "tiny.json", "--data", "shapes.npz", "--class-names", "names.txt"},
       3,
       "names.txt: there is no such file"},
      {{"train", "tiny.json", "--data", "shapes.npz", "--validation-split", "1"},
       2,
       "--validation-split: cannot be (got 1"},
      {{"train", "tiny.json", "--config", "nowhere.toml"}, 3, "nowhere.toml"},
      {{"train", "tiny.json", "--config", "text.toml"}, 3, "text.toml: no TOML"},
      {{"eval", "nowhere.safetensors"}, 3, "nowhere.safetensors"},
      {{"eval", "text.safetensors"}, 3, "text.safetensors"},
      {{"eval", "text.json"}, 3, "text.json"},
      {{"eval", "empty"}, 3, "empty: is no run folder"},
      {{"eval", "tiny.json", "--data", "shapes.npz", "--split", "tset"}, 2, "--split: unknown value"},
      {{"eval", "tiny.json", "--data", "shapes.npz", "--split", "validation", "--validation-split", "0"},
       2,
       "--split: shapes has no validation pictures"},
      {{"summary", "m.keras"}, 3, "there is no such file"},
      {{"summary", "basic", "--format", "txt"}, 2, "--format: unknown value"},
      {{"predict", "basic"}, 2, "FILE: is missing"},
      {{"predict", "basic", ""}, 2, "FILE: is empty"},
      {{"predict", "basic", "shapes.npz", "-o", "p.txt"}, 2, "--output: this format cannot be written (got p.txt"},
      {{"predict", "basic", "shapes.npz", "-o", "nowhere/p.npy"}, 3, "there is no folder nowhere"},
      {{"predict", "basic", "empty"}, 3, "empty: the folder holds no pictures"},
      {{"predict", "basic", "shapes.npz:99"}, 2, "expected 0 to 17"},
      {{"predict", "basic", "shapes.npz:test:18"}, 2, "expected 0 to 17"},
      {{"models", "extra"}, 2, "one word too many"},
  };
  for (const Wrong& wrong : all) {
    const Ended ended = place.run(wrong.words);
    const std::string what = testing::PrintToString(wrong.words);
    EXPECT_EQ(ended.code, wrong.code) << what << ended.err;
    EXPECT_EQ(ended.out, "") << what;
    const size_t error = ended.err.find("fovea: error: ");
    ASSERT_NE(error, std::string::npos) << what << ended.err;
    EXPECT_THAT(ended.err.substr(error), HasSubstr(wrong.says)) << what;
    EXPECT_EQ(ended.err.find('\n', error), ended.err.size() - 1) << what << ended.err;  // the last line
  }
  EXPECT_FALSE(folder_exists(place / "runs"));
}

TEST(Usage, WritesNoMessageIntoAFileThatTookAClosedStream) {
  const Workplace place;
  const std::string command = "cd " + place.path() + " && " + program_path() +
                              " train tiny.json --data shapes.npz --epochs 2 --name a --threads 1 ";
  EXPECT_EQ(std::system((command + "> out 2>&-").c_str()) >> 8, 0);
  for (const char* file : {"history.csv", "events.jsonl", "config.toml"})
    EXPECT_THAT(read_file(place / ("runs/train/a/" + std::string(file))), testing::Not(HasSubstr("epoch 1/2"))) << file;
  EXPECT_THAT(read_file(place / "out"), HasSubstr("runs/train/a"));
}

TEST(Usage, EndsWellWhereNobodyReadsOn) {
  const Workplace place;
  const std::string command = "cd " + place.path() + " && (" + program_path() + " train --help; echo $? > code) | true";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(read_file(place / "code"), "0\n");
}

TEST(Usage, SaysWhereResultsCannotGo) {
  const Workplace place;
  const std::string command = "cd " + place.path() + " && " + program_path() + " models > /dev/full 2> err";
  EXPECT_EQ(std::system(command.c_str()) >> 8, 3);
  EXPECT_THAT(read_file(place / "err"), HasSubstr("fovea: error: stdout: cannot write: No space left"));
}

// Every option that --help shows with a number: no word that is none, and no number beyond its type, gets through.
TEST(Usage, RefusesWhatIsNoNumber) {
  const Workplace place;
  std::istringstream help(place.run({"train", "--help"}, {.environment = {"COLUMNS=120"}}).out);
  int options = 0;
  for (std::string line; std::getline(help, line);) {
    std::istringstream words(line);
    std::string option, value;
    if (!(words >> option >> value) || !option.starts_with("--") || (value != "N" && value != "F")) continue;
    ++options;
    for (const char* wrong : {"", "x", "nan", "1e999", "3 ", "-1"}) {
      const Ended ended = place.train("a", {option, wrong});
      EXPECT_EQ(ended.code, 2) << option << " " << wrong;
      EXPECT_THAT(ended.err, StartsWith("fovea: error: " + option + ": cannot be (got ")) << wrong;
      EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    }
  }
  EXPECT_GE(options, 15);
  EXPECT_FALSE(folder_exists(place / "runs"));
}

TEST(Usage, EveryOptionIsInTheHelpWithItsDefault) {
  const Workplace place;
  for (const char* command : {"train", "eval", "predict", "summary", "data", "tune", "study", "models", "doctor"}) {
    const Ended ended = place.run({command, "--help"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.out, StartsWith("fovea " + std::string(command)));
    EXPECT_THAT(ended.out, HasSubstr("--json"));
  }
  const std::string help = place.run({"train", "--help"}).out;
  EXPECT_THAT(help, HasSubstr("(default: 32)"));
  EXPECT_THAT(help, HasSubstr("--global-clipnorm F"));
  EXPECT_EQ(place.run({"--version"}).out.substr(0, 6), "fovea ");
}

TEST(Usage, ListsModelsAndTheMachine) {
  const Workplace place;
  const Json models = place.run({"models", "--json"}).json();
  EXPECT_EQ(models["models"][0]["name"], "basic");
  EXPECT_EQ(models["models"][0]["parameters"], 122'570);
  const Json doctor = place.run({"doctor", "--json"}, {.environment = {"KERAS_HOME=" + place.path()}}).json();
  EXPECT_GE(doctor["cores"].get<int>(), 1);
  EXPECT_TRUE(doctor["libraries"].contains("oneDNN"));
  const Json data = place.run({"data", "shapes.npz", "--json"}).json();
  EXPECT_EQ(data["picture_shape"], Json::parse("[10,10,1]"));
  EXPECT_EQ(data["splits"]["test"]["class_counts"], Json::parse("[6,6,6]"));
}

TEST(Usage, SummarisesInEveryFormat) {
  const Workplace place;
  EXPECT_THAT(place.run({"summary", "tiny.json"}).out, HasSubstr("Total params: 235"));
  EXPECT_EQ(place.run({"summary", "tiny.json", "--json"}).json()["parameters"], 235);
  EXPECT_THAT(place.run({"summary", "tiny.json", "--format", "dot"}).out, StartsWith("digraph"));
  EXPECT_THAT(place.run({"summary", "tiny.json", "--format", "plan"}).out, HasSubstr("conv2d"));
  write_file_atomically(place / "maps.json", R"({"input_shape": [8, 8, 3], "layers": [{"MaxPooling2D": {}}]})");
  EXPECT_THAT(place.run({"summary", "maps.json", "--format", "plan"}).out, HasSubstr("gradient from outside"));
  const Json architecture = place.run({"summary", "tiny.json", "--format", "json"}).json();
  write_file_atomically(place / "again.json", architecture.dump());
  EXPECT_EQ(place.run({"summary", "again.json", "--format", "json"}).json(), architecture);
}

}  // namespace
}  // namespace fovea
