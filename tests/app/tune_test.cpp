// fovea tune and fovea study, by the real program; studies that are killed.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <numbers>
#include <set>

#include "fovea/base/file.h"
#include "fovea/base/random.h"
#include "fovea/tune/sqlite_storage.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;

constexpr const char* kSpace = R"({"model": {"name": "net", "layers": [
    {"Conv2D": {"filters": "$filters", "kernel_size": 3, "activation": "relu"}},
    {"BatchNormalization": {"when": {"norm": [true]}}}, {"Flatten": {}}, {"Dense": {"units": "$classes", "activation": "softmax"}}]},
  "parameters": {"filters": {"type": "int", "min": 2, "max": 8, "step": 2}, "norm": {"type": "boolean"},
                 "optimizer": {"type": "choice", "values": ["adam", "sgd"]},
                 "momentum": {"type": "float", "min": 0.5, "max": 0.9, "when": {"optimizer": ["sgd"]}},
                 "learning_rate": {"type": "float", "min": 1e-4, "max": 1e-1, "sampling": "log"}}})";

bool is_long() { return std::getenv("FOVEA_LONG_TESTS") != nullptr; }

// Of Hyperband with these epochs: long enough on any machine to be stopped in the middle.
const char* epochs() { return "9"; }
size_t all_trials() { return 17; }
size_t all_rungs() { return 23; }

std::vector<std::string> tune_words(const std::string& name, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"tune",   "space.json", "--data", "shapes.npz", "--max-epochs", epochs(), "--batch-size", "8",
                                    "--name", name,         "--resume"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class TuneProgram : public testing::Test {
 protected:
  TuneProgram() { write_file_atomically(place / "space.json", kSpace); }

  Json ended(const std::string& name, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = tune_words(name, more);
    words.emplace_back("--json");
    const Ended end = place.run(words);
    EXPECT_EQ(end.code, 0) << end.err;
    return end.json();
  }

  // A ranking without what differs from run to run.
  static Json ranking(const Json& result) {
    Json all = Json::array();
    for (const Json& trial : result["trials"])
      all.push_back({trial["id"], trial["score"], trial["values"], trial["epochs"], trial["state"]});
    return all;
  }

  // Every rung once, an epoch's figures once.
  void expect_whole(const std::string& name) {
    const Json shown = place.run({"study", "show", name, "--json"}).json();
    std::set<std::pair<int, int>> rungs;
    for (const Json& rung : shown["rungs"]) {
      EXPECT_TRUE(rungs.insert({rung["trial"].get<int>(), rung["rung"].get<int>()}).second);
    }
    EXPECT_EQ(rungs.size(), all_rungs());
    EXPECT_EQ(shown["trials"].size(), all_trials());
    for (const Json& trial : shown["trials"]) EXPECT_EQ(trial["history"].size(), trial["epochs"].get<size_t>());
  }

  Workplace place;
};

TEST_F(TuneProgram, PrintsItsScheduleWithoutData) {
  const Json plan = place.run({"tune", "tutorial", "--dry-run", "--json", "--data", "nowhere"}).json();
  EXPECT_EQ(plan["brackets"], Json::parse(R"([
    {"bracket": 2, "rounds": [{"trials": 12, "initial_epoch": 0, "epochs": 3}, {"trials": 4, "initial_epoch": 3, "epochs": 7}, {"trials": 2, "initial_epoch": 7, "epochs": 20}]},
    {"bracket": 1, "rounds": [{"trials": 6, "initial_epoch": 0, "epochs": 7}, {"trials": 2, "initial_epoch": 7, "epochs": 20}]},
    {"bracket": 0, "rounds": [{"trials": 4, "initial_epoch": 0, "epochs": 20}]}])"));
  EXPECT_FALSE(folder_exists(place / "runs"));
  const Json random = place.run({"tune", "--space", "tutorial", "--algorithm", "random", "--trials", "7", "--dry-run", "--json"}).json();
  EXPECT_EQ(random["brackets"], Json::parse(R"([{"bracket": 0, "rounds": [{"trials": 7, "initial_epoch": 0, "epochs": 20}]}])"));
  const Json grid = place.run({"tune", "tutorial", "--algorithm", "grid", "--dry-run", "--json"}).json();
  EXPECT_EQ(grid["trials"], 1536);
}

TEST_F(TuneProgram, SearchesAndKeepsTheBest) {
  const Json result = ended("a");
  EXPECT_EQ(result["trials"].size(), all_trials());
  EXPECT_EQ(result["best"]["id"], result["trials"][0]["id"]);
  double last = 2;
  for (const Json& trial : result["trials"]) {
    EXPECT_EQ(trial["state"], "completed");
    EXPECT_LE(trial["score"].get<double>(), last);
    last = trial["score"].get<double>();
    EXPECT_EQ(trial["values"].contains("momentum"), trial["values"]["optimizer"] == "sgd");
  }
  expect_whole("a");
  EXPECT_EQ(list_folder(place / "runs/tune/a/trials").size(), 3u);
  EXPECT_EQ(list_folder(place / "runs/tune/a/best").size(), 3u);
  const Json run = place.run({"study", "best", "a", "--json"}).json();
  EXPECT_EQ(run["run"], "runs/tune/a/best/1");
  const Ended eval = place.run({"eval", "runs/tune/a", "--data", "shapes.npz", "--json"});
  ASSERT_EQ(eval.code, 0) << eval.err;
  EXPECT_EQ(eval.json()["accuracy"], result["best"]["test"]["accuracy"]);
  EXPECT_THAT(read_file(place / "runs/tune/a/best/1/report.txt"), HasSubstr("accuracy"));
  const Json studies = place.run({"study", "list", "--json"}).json();
  EXPECT_EQ(studies["studies"][0]["state"], "finished");
  double all = 0;
  const Json importance = place.run({"study", "importance", "a", "--json"}).json();
  for (const auto& [name, value] : importance["importance"].items()) all += value.get<double>();
  EXPECT_NEAR(all, 1, 1e-9);
  // A finished study is not run again.
  EXPECT_EQ(ranking(ended("a")), ranking(result));

  const Json trained = place.run({"train", "--from-study", "a", "--data", "shapes.npz", "--json", "--batch-size", "8"}).json();
  double best = 0;
  for (const Json& epoch : trained["epochs"]) best = std::max(best, epoch["val_accuracy"].get<double>());
  EXPECT_EQ(best, result["best"]["score"].get<double>()) << "the same training, in one piece";
}

TEST_F(TuneProgram, DrawsItsTableAnewOnATerminal) {
  if (!terminals_exist()) GTEST_SKIP() << "this system hands out no terminals";
  const Ended end = place.run(tune_words("a"), {.environment = {"TERM=xterm", "COLUMNS=100"}, .terminal = true});
  ASSERT_EQ(end.code, 0) << end.err;
  EXPECT_THAT(end.err, HasSubstr("trial      state  val_accuracy  epochs"));
  EXPECT_THAT(end.err, HasSubstr("\x1b["));
  EXPECT_THAT(end.err, HasSubstr("to epoch "));
  EXPECT_THAT(end.err, HasSubstr("left"));
  EXPECT_THAT(end.err, testing::Not(HasSubstr("\ntrial 0  epochs 1-"))) << "the table takes the place of lines";
  const Ended piped = place.run(tune_words("b"));
  EXPECT_THAT(piped.err, HasSubstr("\ntrial 0  epochs 1-"));
  EXPECT_THAT(piped.err, testing::Not(HasSubstr("\x1b")));
}

TEST_F(TuneProgram, IsKilledAtAnyMomentAndLosesNothing) {
  const int kills = is_long() ? 10 : 4;
  const Json whole = ended("whole");
  RandomStream random(5, purpose::kSample);
  for (int k = 0; k < kills; ++k) {
    Started tuning(place.path(), tune_words("killed", {"--quiet"}));
    ::usleep(100'000 + static_cast<useconds_t>(random.unit() * (is_long() ? 900'000 : 200'000)));
    tuning.signal(SIGKILL);
    tuning.wait();
  }
  EXPECT_EQ(ranking(ended("killed")), ranking(whole));
  expect_whole("killed");
}

// Of the worker that has a rung now, as a study tells.
int64_t working_process(const std::string& folder) {
  for (int i = 0; i < 2000; ++i, ::usleep(2'000)) {
    if (!file_exists(folder + "/study.sqlite")) continue;
    const auto storage = tune::open_sqlite_storage(folder + "/study.sqlite");
    for (const tune::LeaseRow& lease : storage->leases())
      if (lease.owner.process > 0) return lease.owner.process;
  }
  return 0;
}

TEST_F(TuneProgram, SharesAStudyAmongWorkers) {
  Started tuning(place.path(), tune_words("two", {"--workers", "2", "--quiet"}));
  ASSERT_GT(working_process(place / "runs/tune/two"), 0);
  tuning.signal(SIGINT);
  const Ended stopped = tuning.wait();
  EXPECT_EQ(stopped.code, 130) << stopped.err;
  const Json result = ended("two", {"--workers", "2"});
  EXPECT_EQ(result["trials"].size(), all_trials());
  expect_whole("two");
}

TEST_F(TuneProgram, TakesUpWhatAKilledWorkerLeftAndRecordsACrash) {
  for (const int signal : {SIGKILL, SIGSEGV}) {
    const std::string name = signal == SIGKILL ? "killed" : "crashed";
    Started tuning(place.path(), tune_words(name, {"--quiet", "--json"}));
    const int64_t worker = working_process(place / ("runs/tune/" + name));
    ASSERT_GT(worker, 0);
    ::kill(static_cast<pid_t>(worker), signal);
    const Ended end = tuning.wait();
    ASSERT_EQ(end.code, 0) << end.err;
    int64_t crashed = 0;
    const Json result = end.json();
    for (const Json& trial : result["trials"])
      if (trial.contains("reason")) {
        EXPECT_THAT(trial["reason"].get<std::string>(), HasSubstr("its process crashed"));
        ++crashed;
      }
    EXPECT_EQ(crashed, signal == SIGSEGV ? 1 : 0);
    EXPECT_EQ(result["trials"].size(), all_trials());
  }
}

constexpr const char* kBatchSizes = R"({"model": "tiny.json",
  "parameters": {"batch_size": {"type": "int", "min": 4, "max": 32}}})";

// Where nothing is learnt every rung ends early, and the next one begins behind epochs that never were.
TEST_F(TuneProgram, PromotesTrialsThatStopEarly) {
  write_file_atomically(place / "space.json", kBatchSizes);
  const Ended tuned = place.run({"tune", "space.json", "--data", "shapes.npz", "--max-epochs", "9", "--learning-rate",
                                 "0", "--early-stopping", "patience=0", "--label-smoothing", "0.3", "--name", "a",
                                 "--json"});
  ASSERT_EQ(tuned.code, 0) << tuned.err;
  const Json result = tuned.json();
  int most = 0;
  for (const Json& trial : result["trials"]) {
    EXPECT_EQ(trial["state"], "completed") << trial;
    most = std::max(most, trial["epochs"].get<int>());
  }
  EXPECT_EQ(most, 3) << "an epoch in each of three rungs";
  const auto loss = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"eval", "runs/tune/a", "--data", "shapes.npz", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return place.run(words).json()["loss"];
  };
  EXPECT_EQ(result["best"]["test"]["loss"], loss({})) << "with its smoothing";
  EXPECT_NE(loss({}), loss({"--loss", "categorical_crossentropy"}));
}

TEST_F(TuneProgram, FollowsOneScheduleThroughAllRungs) {
  write_file_atomically(place / "space.json", kBatchSizes);
  ASSERT_EQ(place.run({"tune", "space.json", "--data", "shapes.npz", "--name", "a", "--max-epochs", "3", "--schedule",
                       "cosine,initial_learning_rate=0.1"}).code, 0);
  const Json shown = place.run({"study", "show", "a", "--json"}).json();
  for (const Json& trial : shown["trials"])
    for (const Json& epoch : trial["history"]) {
      const double done = epoch["epoch"].get<double>() / 3;
      EXPECT_NEAR(epoch["learning_rate"].get<double>(), 0.05 * (1 + std::cos(std::numbers::pi * done)), 1e-6);
    }
}

TEST_F(TuneProgram, ReplacesAWorkerThatIsAskedToEnd) {
  Started tuning(place.path(), tune_words("asked", {"--json"}));
  const int64_t worker = working_process(place / "runs/tune/asked");
  ASSERT_GT(worker, 0);
  ::kill(static_cast<pid_t>(worker), SIGTERM);
  const Ended end = tuning.wait();
  ASSERT_EQ(end.code, 0) << end.err;
  EXPECT_EQ(end.json()["trials"].size(), all_trials());
  EXPECT_THAT(end.err, testing::Not(HasSubstr("the time is up")));
  expect_whole("asked");
}

TEST_F(TuneProgram, IsExtended) {
  ended("more", {"--algorithm", "random", "--trials", "2", "--max-epochs", "1"});
  const Json further = ended("more", {"--trials", "3", "--max-epochs", "2"});
  ASSERT_EQ(further["trials"].size(), 3u);
  for (const Json& trial : further["trials"]) EXPECT_EQ(trial["epochs"], 2);
  const Json straight = ended("straight", {"--algorithm", "random", "--trials", "3", "--max-epochs", "2"});
  EXPECT_EQ(ranking(further), ranking(straight));
  const Ended less = place.run(tune_words("more", {"--max-epochs", "1"}));
  EXPECT_EQ(less.code, 2);
  EXPECT_THAT(less.err, HasSubstr("--max-epochs: the study went further (got 1, expected at least 2)"));
  const Ended other = place.run(tune_words("more", {"--batch-size", "4"}));
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("--batch-size: the study has another (got 4, expected 8)"));
}

TEST_F(TuneProgram, ConditionsAskForTheOptionsThatTrialsHave) {
  write_file_atomically(place / "momenta.json", R"({"model": "tiny.json", "options": {"optimizer": "adam"},
    "parameters": {
      "momentum": {"type": "float", "min": 0.5, "max": 0.9, "when": {"optimizer": ["sgd"]}},
      "epsilon": {"type": "float", "min": 1e-7, "max": 1e-3, "when": {"optimizer": ["adam"]}}}})");
  const auto search = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"tune", "--name", "a", "--resume", "--json", "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return place.run(words);
  };
  ASSERT_EQ(search({"momenta.json", "--data", "shapes.npz", "--algorithm", "random", "--max-epochs", "1", "--trials", "1",
                    "--optimizer", "sgd"})
                .code,
            0);
  const Ended more = search({"momenta.json", "--trials", "2"});
  ASSERT_EQ(more.code, 0) << more.err;
  const Json result = more.json();
  ASSERT_EQ(result["trials"].size(), 2u);
  for (const Json& trial : result["trials"]) {
    EXPECT_TRUE(trial["values"].contains("momentum")) << trial;
    EXPECT_FALSE(trial["values"].contains("epsilon")) << trial;
  }
  const Ended other = search({"--optimizer", "adam"});
  EXPECT_EQ(other.code, 2);
  EXPECT_EQ(other.err, "fovea: error: --optimizer: the study has another (got adam, expected sgd)\n");
  const Ended large = search({"--trials", "3", "--max-parameters", "3"});
  ASSERT_EQ(large.code, 0) << large.err;
  const Json trials = large.json()["trials"];
  ASSERT_EQ(trials.size(), 3u);
  EXPECT_THAT(trials[2]["reason"].get<std::string>(), HasSubstr("--max-parameters: the model has more"));
}

TEST_F(TuneProgram, RecordsTrialsThatFailAndStopsAfterThree) {
  const Ended ended = place.run(tune_words("small", {"--max-parameters", "10", "--json"}));
  EXPECT_EQ(ended.code, 1);
  const Json result = ended.json();
  EXPECT_EQ(result["trials"].size(), 3u);
  EXPECT_EQ(result["best"], Json());
  for (const Json& trial : result["trials"]) {
    EXPECT_EQ(trial["state"], "failed");
    EXPECT_THAT(trial["reason"].get<std::string>(), HasSubstr("--max-parameters: the model has more"));
  }
  EXPECT_THAT(ended.err, HasSubstr("3 trials failed in a row"));
}

TEST_F(TuneProgram, RecordsTrialsWhoseOwnValuesOpenNoData) {
  write_file_atomically(place / "sizes.json", R"({"model": {"layers": [{"Flatten": {}},
      {"Dense": {"units": 3, "activation": "softmax"}}], "input_shape": [10, 10, 1]},
    "parameters": {"image_size": {"type": "choice", "values": ["6", "10", "12"]}}})");
  const Ended ended =
      place.run({"tune", "sizes.json", "--data", "shapes.npz", "--algorithm", "grid", "--max-epochs", "1", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json result = ended.json();
  ASSERT_EQ(result["trials"].size(), 3u);
  EXPECT_EQ(result["best"]["values"]["image_size"], "10");
  EXPECT_THAT(result["trials"][1]["reason"].get<std::string>(),
              HasSubstr("--image-size: is not what the model takes (got 6, expected 10,10)"));
  const Ended unknown = place.run({"tune", "space.json", "--data", "cifar11", "--quiet"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("unknown data set"));
}

TEST_F(TuneProgram, StopsInTimeAndGoesOn) {
  const Ended stopped = place.run(tune_words("timed", {"--max-time", "0.05s", "--json"}));
  EXPECT_EQ(stopped.code, 0) << stopped.err;
  EXPECT_LT(stopped.json()["trials"].size(), all_trials());
  EXPECT_EQ(ranking(ended("timed", {"--max-time", "100000000h"})), ranking(ended("untimed")));
}

TEST_F(TuneProgram, RemovesARunWholeOrNotAtAll) {
  constexpr size_t kMany = 5000;
  const Json result = ended("a", {"--algorithm", "random", "--trials", "3", "--max-epochs", "1"});
  const std::string worst = place / fmt::format("runs/tune/a/trials/{:04}", result["trials"][2]["id"].get<int>());
  const std::string much = worst + "/much";
  create_folders(much);
  for (size_t i = 0; i < kMany; ++i) std::fclose(std::fopen((much + "/" + std::to_string(i)).c_str(), "w"));
  const auto is_whole = [&] {
    try {
      return list_folder(much).size() == kMany;
    } catch (const Error&) {
      return false;
    }
  };
  Started tuning(place.path(), tune_words("a", {"--trials", "4", "--max-epochs", "1", "--keep", "1"}));
  for (int i = 0; i < 5000 && is_whole(); ++i) ::usleep(1000);
  tuning.signal(SIGKILL);
  tuning.wait();
  EXPECT_FALSE(folder_exists(worst));
}

TEST_F(TuneProgram, ReplacesTheBestInOneStep) {
  for (const char* name : {"x", "y"}) create_folders(place / name);
  if (::renameat2(AT_FDCWD, (place / "x").c_str(), AT_FDCWD, (place / "y").c_str(), RENAME_EXCHANGE) != 0)
    GTEST_SKIP() << "this file system exchanges no names";
  const std::vector<std::string> small = {"--algorithm", "random", "--trials", "1", "--max-epochs", "1"};
  ended("a", small);
  const int watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ASSERT_GE(::inotify_add_watch(watch, (place / "runs/tune/a").c_str(), IN_MOVED_TO), 0);
  ended("a", small);
  std::string events(4096, 0);
  events.resize(static_cast<size_t>(std::max<ssize_t>(::read(watch, events.data(), events.size()), 0)));
  ::close(watch);
  EXPECT_THAT(events, HasSubstr("best"));
  EXPECT_THAT(events, testing::Not(HasSubstr(".best-old.tmp"))) << "there is a moment without a best";
}

TEST_F(TuneProgram, ListsStudiesBesideOneThatIsDamaged) {
  ended("good", {"--algorithm", "random", "--trials", "1", "--max-epochs", "1"});
  write_file_with_folders(place / "runs/tune/bad/study.sqlite", "no study");
  const Json studies = place.run({"study", "list", "--json"}).json()["studies"];
  ASSERT_EQ(studies.size(), 2u);
  EXPECT_EQ(studies[0]["state"], "failed");
  EXPECT_THAT(studies[0]["error"].get<std::string>(), HasSubstr("runs/tune/bad/study.sqlite"));
  EXPECT_EQ(studies[1]["state"], "finished");
  const Ended shown = place.run({"study", "list"});
  EXPECT_EQ(shown.code, 0);
  EXPECT_THAT(shown.out, HasSubstr("bad: runs/tune/bad/study.sqlite"));
}

TEST_F(TuneProgram, SaysInOneLineWhatIsWrong) {
  const auto refused = [&](const char* space, const std::vector<std::string>& more, int code, const char* text) {
    write_file_atomically(place / "bad.json", space);
    std::vector<std::string> words = {"tune", "bad.json", "--data", "shapes.npz"};
    words.insert(words.end(), more.begin(), more.end());
    const Ended ended = place.run(words);
    EXPECT_EQ(ended.code, code) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(text));
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    EXPECT_FALSE(folder_exists(place / "runs"));
  };
  refused("{", {}, 3, "bad.json");
  refused(R"({"model": "basic"})", {}, 2, "parameters is missing");
  refused(R"({"model": "basic", "parameters": {"learning_rate": {"type": "flaot"}}})", {}, 2, "did you mean \"float\"?");
  refused(R"({"model": "basic", "parameters": {"optimizer": {"type": "choice", "values": ["adma"]}}})", {}, 2, "did you mean \"adam\"");
  refused(R"({"model": "$net", "parameters": {"nets": {"type": "choice", "values": ["basic"]}}})", {}, 2,
          "there is no parameter \"net\"; did you mean \"nets\"?");
  refused(R"({"model": "basic", "parameters": {"m": {"type": "boolean", "when": {"optimzer": ["sgd"]}}}})", {}, 2, "no parameter before it");
  refused(R"({"model": "basic", "parameters": {}})", {"--objective", "val_acuracy"}, 2, "--objective");
  refused(R"({"model": "basic", "parameters": {}})", {"--max-time", "soon"}, 2, "--max-time: is no time");
  refused(R"({"model": "basic", "parameters": {"batch_size": {"type": "int", "min": 1, "max": 8}}})", {"--batch-size", "8"}, 2,
          "--batch-size: is searched over, and set");
  refused(R"({"model": "basic", "parameters": {}})", {"--fine-tune", "all"}, 2, "--fine-tune: does not go with tune");
  refused(R"({"model": "basic", "options": {"fine_tune": "all"}, "parameters": {}})", {}, 2,
          "--fine-tune: does not go with tune (got all)");
  refused(R"({"model": "basic", "parameters": {"fine_tune": {"type": "fixed", "value": "all"}}})", {}, 2,
          "--fine-tune: does not go with tune");
  refused(R"({"model": "basic", "parameters": {}})", {"--objective", "val_f1"}, 2,
          "--objective: there is no such figure (got val_f1, expected one of loss, accuracy, val_loss");
  EXPECT_EQ(place.run({"tune", "tutoria", "--dry-run"}).code, 2);
  EXPECT_EQ(place.run({"tune", "none.json", "--dry-run"}).code, 3);
  EXPECT_EQ(place.run({"study", "show", "none"}).code, 3);
  const Ended data = place.run({"tune", "space.json", "--data", "none.npz", "--quiet"});
  EXPECT_EQ(data.code, 3);
  EXPECT_EQ(data.err, "fovea: error: none.npz: there is no such file or folder\n");
}

TEST_F(TuneProgram, ReadsTomlAndTakesOptionsOfTheSpace) {
  write_file_atomically(place / "space.toml", R"(model = "tiny.json"
[options]
augment = "rotation_range=$rotation"
[parameters.rotation]
type = "int"
min = 0
max = 20
step = 10
[parameters.learning_rate]
type = "choice"
values = [0.01, 0.001]
)");
  const Ended ended = place.run({"tune", "space.toml", "--data", "shapes.npz", "--algorithm", "grid", "--max-epochs", "1", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json result = ended.json();
  EXPECT_EQ(result["trials"].size(), 6u);
  const std::string config = read_file(place / (result["study"].get<std::string>() + "/best/1/config.toml"));
  EXPECT_THAT(config, HasSubstr("augment = \"rotation_range="));
}

}  // namespace
}  // namespace fovea
