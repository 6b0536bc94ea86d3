#include "fovea/train/run_record.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmath>
#include <thread>

#include "fovea/base/file.h"
#include "fovea/train/events.h"
#include "fovea/train/run_folder.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

// A run that came to its end.
std::string ended_run(const TemporaryFolder& folder, const Json& end) {
  const std::string run = create_run_folder({.runs = folder.path(), .name = "a", .files = {{"config.toml", ""}}});
  EventLog log(run + "/events.jsonl");
  log.write("begin", {{"model", "tiny"}, {"data", "shapes"}, {"epochs", 1}});
  log.write("end", end);
  return run;
}

TEST(RunRecord, HasATestLossThatIsNotFinite) {
  const TemporaryFolder folder;
  const RunRecord run = read_run(ended_run(folder, {{"split", "test"}, {"test_loss", INFINITY}, {"test_accuracy", 0.5}}));
  EXPECT_EQ(run.state, RunState::finished);
  EXPECT_TRUE(std::isnan(run.test_loss));
  EXPECT_EQ(run.test_accuracy, 0.5);
}

TEST(RunRecord, IsReadByManyAtOnce) {
  const TemporaryFolder folder;
  const std::string path = ended_run(folder, Json::object());
  const int other = ::open(path.c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(other, LOCK_SH), 0);
  EXPECT_EQ(read_run(path).state, RunState::finished);
  // Who wants to work on it waits until they have looked.
  std::jthread looking([other] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ::close(other);
  });
  const RunLock lock(path);
  EXPECT_EQ(read_run(path).state, RunState::running);
  EXPECT_NE(refusal([&] { RunLock again(path); }).find("another process is working on this run"), std::string::npos);
}

}  // namespace
}  // namespace fovea
