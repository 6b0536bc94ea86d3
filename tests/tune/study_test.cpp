// Studies with a trainer of milliseconds: workers in processes of their own, killed at any moment.
#include "fovea/tune/study.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>

#include "fovea/base/file.h"
#include "fovea/base/random.h"
#include "fovea/tune/sqlite_storage.h"
#include "fovea/tune/worker.h"
#include "tests/harness/files.h"

namespace fovea::tune {
namespace {

Space space() {
  Space s;
  s.integer("units", 1, 100).real("rate", 1e-4, 1e-1, {.sampling = Sampling::log}).choice("word", {"a", "b", "c"});
  return s;
}

// Each epoch takes some time and moves on a checkpoint in a file; what comes of it follows from the values.
class FakeRunner final : public RungRunner {
 public:
  FakeRunner(std::string folder, int microseconds) : folder_(std::move(folder)), microseconds_(microseconds) {}

  std::optional<RungResult> run(const Work& work) override {
    const std::string path = folder_ + "/" + std::to_string(work.trial);
    int done = file_exists(path) ? std::stoi(read_file(path)) : 0;
    EXPECT_GE(done, work.initial_epoch);
    EXPECT_LE(done, work.epochs);
    for (; done < work.epochs; write_file_atomically(path, std::to_string(++done))) ::usleep(static_cast<useconds_t>(microseconds_));
    return result(work);
  }
  void reported(Study&) override {}

  static RungResult result(const Work& work) {
    RungResult result;
    for (int epoch = work.initial_epoch + 1; epoch <= work.epochs; ++epoch) {
      const double score = 1 - 1 / (epoch * (1 + work.values["units"].get<double>() * work.values["rate"].get<double>()));
      result.epochs.push_back({epoch, {{"val_accuracy", score}}});
      result.score = std::max(result.score.value_or(0), score);
    }
    return result;
  }

 private:
  std::string folder_;
  int microseconds_;
};

// Answers at once.
class QuickRunner final : public RungRunner {
 public:
  std::optional<RungResult> run(const Work& work) override { return FakeRunner::result(work); }
  void reported(Study&) override {}
};

std::string make_study(const TemporaryFolder& folder, const Settings& settings) {
  const std::string path = folder / "study.sqlite";
  Study::create(*open_sqlite_storage(path, true), settings, {}, Json::object());
  return path;
}

pid_t start_worker(const std::string& path, RungRunner& runner, int wait_milliseconds = 1) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    const auto storage = open_sqlite_storage(path);
    Study study(*storage);
    work_on(study, runner, "", {.wait_milliseconds = wait_milliseconds});
  } catch (const std::exception& error) {
    fmt::print(stderr, "worker: {}\n", error.what());
    ::_exit(1);
  }
  ::_exit(testing::Test::HasFailure() ? 2 : 0);
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

// All that a study says of itself, but for times.
Json told(const std::string& path) {
  const auto storage = open_sqlite_storage(path);
  Study study(*storage);
  Json json = {{"log", Json::array()}, {"ranking", Json::array()}};
  for (const auto& [number, entry] : storage->entries(0)) json["log"].push_back(entry);
  for (const TrialRow& t : study.ranking())
    json["ranking"].push_back({t.trial, t.values, t.state, t.score ? Json(*t.score) : Json(), t.epochs, storage->epochs(t.trial).size()});
  EXPECT_TRUE(storage->leases().empty());
  std::set<std::pair<int64_t, int>> rungs;
  for (const RungRow& r : storage->rungs()) EXPECT_TRUE(rungs.insert({r.trial, r.rung}).second);
  size_t begun = 0;
  for (const auto& [number, entry] : storage->entries(0)) begun += entry.contains("begin") ? 1 : 0;
  EXPECT_EQ(rungs.size(), begun);
  return json;
}

TEST(Study, LosesNothingToKillsAtAnyMoment) {
  const int kills = std::getenv("FOVEA_LONG_TESTS") != nullptr ? 60 : 6;
  const Settings settings = {.max_epochs = 20, .space = space()};
  const TemporaryFolder whole, killed;
  const std::string whole_path = make_study(whole, settings), path = make_study(killed, settings);
  FakeRunner quick(whole.path(), 0), slow(killed.path(), 200), rest(killed.path(), 0);
  ASSERT_EQ(wait_for(start_worker(whole_path, quick)), 0);

  RandomStream random(static_cast<uint64_t>(kills), purpose::kSample);
  int killed_in_fact = 0;
  for (int k = 0; k < kills; ++k) {
    const pid_t child = start_worker(path, slow);
    ::usleep(static_cast<useconds_t>(random.unit() * 20'000));
    ::kill(child, SIGKILL);
    killed_in_fact += WIFSIGNALED(wait_for(child)) ? 1 : 0;
  }
  EXPECT_GE(killed_in_fact, kills / 2);
  ASSERT_EQ(wait_for(start_worker(path, rest)), 0);
  EXPECT_EQ(told(path), told(whole_path));
}

TEST(Study, IsSharedByWorkersThatAreKilled) {
  const int kills = std::getenv("FOVEA_LONG_TESTS") != nullptr ? 60 : 6;
  const TemporaryFolder folder;
  const std::string path = make_study(folder, {.max_epochs = 20, .iterations = 3, .space = space()});
  FakeRunner slow(folder.path(), 300);
  std::vector<pid_t> workers = {start_worker(path, slow), start_worker(path, slow), start_worker(path, slow)};
  RandomStream random(7, purpose::kSample);
  for (int k = 0; k < kills; ++k) {
    ::usleep(static_cast<useconds_t>(random.unit() * 20'000));
    pid_t& victim = workers[random.below(workers.size())];
    ::kill(victim, SIGKILL);
    wait_for(victim);
    victim = start_worker(path, slow);
  }
  for (const pid_t worker : workers) EXPECT_EQ(wait_for(worker), 0);
  const Json json = told(path);
  EXPECT_EQ(json["ranking"].size(), 66u);
  for (const Json& trial : json["ranking"]) EXPECT_EQ(trial[4], trial[5]);  // an entry an epoch
}

TEST(Study, CostsLittleATrial) {
  const bool all = std::getenv("FOVEA_LONG_TESTS") != nullptr;
  const int trials = all ? 5000 : 500;
  const TemporaryFolder folder;
  const std::string path = make_study(folder, {.algorithm = "random", .max_epochs = 1, .trials = trials, .space = space()});
  QuickRunner runner;
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<pid_t> workers = {start_worker(path, runner), start_worker(path, runner)};
  for (const pid_t worker : workers) EXPECT_EQ(wait_for(worker), 0);
  const double milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count() / trials;
  RecordProperty("milliseconds_a_trial", std::to_string(milliseconds));
  if (all) {
    EXPECT_LE(milliseconds, 3);
  }
  EXPECT_EQ(told(path)["ranking"].size(), static_cast<size_t>(trials));
}

TEST(Study, RecordsFailuresAndEndsAfterThreeInARow) {
  const TemporaryFolder folder;
  const std::string path = make_study(folder, {.max_epochs = 9, .space = space()});
  const auto storage = open_sqlite_storage(path);
  Study study(*storage);
  for (int i = 0; i < 3; ++i) {
    ASSERT_FALSE(study.gave_up());
    const Decision decision = study.lease();
    ASSERT_EQ(decision.what, Next::run);
    RungResult result = FakeRunner::result(decision.work);
    if (i == 0) result.score = NAN;
    else result.failure = "memory: there is not enough";
    EXPECT_TRUE(study.report(decision.work, result));
    EXPECT_FALSE(study.report(decision.work, result)) << "twice";
  }
  EXPECT_TRUE(study.gave_up());
  EXPECT_EQ(study.lease().what, Next::done);
  EXPECT_EQ(storage->trial(0)->reason, "val_accuracy is not a number");
  EXPECT_EQ(storage->trial(1)->reason, "memory: there is not enough");
  study.change(study.oracle().settings());
  EXPECT_EQ(study.lease().what, Next::run);
}

TEST(Study, GivesARungOfALiveWorkerToNobodyElse) {
  const TemporaryFolder folder;
  const std::string path = make_study(folder, {.algorithm = "random", .trials = 1, .space = space()});
  const auto storage = open_sqlite_storage(path);
  Study mine(*storage), other(*storage, {"elsewhere boot", 1, 1});
  const Decision decision = mine.lease();
  ASSERT_EQ(decision.what, Next::run);
  EXPECT_EQ(other.lease().what, Next::wait);
  EXPECT_FALSE(other.report(decision.work, {}));
  mine.release(decision.work);
  EXPECT_EQ(other.lease().what, Next::run);
  EXPECT_FALSE(mine.report(decision.work, {}));
  EXPECT_EQ(mine.lease().what, Next::wait) << "another host's, heard of just now";
}

TEST(Study, IsNotMadeOfOtherFiles) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal([&] { open_sqlite_storage(folder / "none"); }), testing::HasSubstr("there is no such study"));
  write_file_atomically(folder / "text", std::string(5000, 'x'));
  EXPECT_THAT(refusal([&] { open_sqlite_storage(folder / "text"); }), testing::HasSubstr("cannot be used as a study"));
  const std::string path = make_study(folder, {.space = space()});
  EXPECT_THAT(refusal([&] { Study::create(*open_sqlite_storage(path), {}, {}, {}); }), testing::HasSubstr("there is a study already"));
}

TEST(Study, SaysWhereItsFileIsDamaged) {
  for (const char* entry : {R"({"begin": {"trial": 5}})", R"({"report": {"trial": 5, "rung": 0, "merit": 1}})", R"({"other": 1})", "[]"}) {
    const TemporaryFolder folder;
    const std::string path = make_study(folder, {.space = space()});
    const auto storage = open_sqlite_storage(path);
    storage->transaction([&] { storage->append(Json::parse(entry)); });
    EXPECT_THAT(refusal([&] { Study study(*storage); }), testing::HasSubstr("study.sqlite: is damaged")) << entry;
  }
}

}  // namespace
}  // namespace fovea::tune
