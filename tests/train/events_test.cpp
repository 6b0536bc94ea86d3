#include "fovea/train/events.h"

#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(Events, AreALineEach) {
  const TemporaryFolder folder;
  {
    EventLog log(folder / "e.jsonl");
    log.write("begin", {{"seed", 3}});
    log.write("epoch", {{"loss", 0.5}});
  }
  EventLog(folder / "e.jsonl").write("end");
  const auto events = read_events(folder / "e.jsonl");
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0]["event"], "begin");
  EXPECT_EQ(events[0]["seed"], 3);
  EXPECT_EQ(events[1]["loss"], 0.5);
  EXPECT_GE(events[2]["time"].get<double>(), events[0]["time"].get<double>());
}

TEST(Events, ATornLineIsSkippedAndTheNextOneIsWhole) {
  const TemporaryFolder folder;
  const std::string path = folder / "e.jsonl", whole = "{\"event\":\"begin\"}\n{\"event\":\"epoch\",\"loss\":0.25}\n";
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    write_file_atomically(path, whole.substr(0, cut));
    const size_t before = read_events(path).size();
    EXPECT_EQ(before, static_cast<size_t>(std::count(whole.begin(), whole.begin() + static_cast<long>(cut), '\n')));
    EventLog(path).write("resume");
    const auto after = read_events(path);
    ASSERT_GE(after.size(), before + 1) << cut;
    EXPECT_EQ(after.back()["event"], "resume") << cut;
  }
}

TEST(Events, AreWholeBehindOneThatTheDiskDidNotTake) {
  const TemporaryFolder folder;
  const std::string path = folder / "e.jsonl";
  EventLog log(path);
  log.write("begin");
  {
    const FileLimit limit(read_file(path).size() + 10);
    EXPECT_NE(refusal([&] { log.write("epoch"); }).find("cannot write"), std::string::npos);
  }
  log.write("end");
  const auto events = read_events(path);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1]["event"], "end");
}

TEST(Events, NeedAFileThatCanBeWritten) {
  EXPECT_NE(refusal([] { EventLog log("/nowhere/e.jsonl"); }).find("/nowhere/e.jsonl: cannot write"),
            std::string::npos);
  EXPECT_NE(refusal([] { EventLog("/dev/full").write("begin"); }).find("No space left"), std::string::npos);
}

}  // namespace
}  // namespace fovea
