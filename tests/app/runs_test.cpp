// Runs, listed, compared and removed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "fovea/train/run_folder.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Runs, AreListedWithWhatBecameOfThem) {
  const Workplace place;
  EXPECT_THAT(place.run({"runs"}).out, HasSubstr("there are no runs in runs/train"));
  ASSERT_EQ(place.train("first", {"--epochs", "2"}).code, 0);
  ASSERT_EQ(place.train("second", {"--epochs", "1", "--metrics", "auc"}).code, 0);
  create_folders(place / "runs/train/no_run");
  const std::string events = place / "runs/train/second/events.jsonl";
  const std::string text = read_file(events);
  write_file_atomically(events, text.substr(0, text.rfind("{\"event\":\"end\"")));  // as a killed process leaves it
  const std::string table = place.run({"runs"}).out;
  EXPECT_THAT(table, HasSubstr("first      finished     2/2"));
  EXPECT_THAT(table, HasSubstr("second  interrupted     1/1"));
  EXPECT_THAT(table, Not(HasSubstr("no_run")));
  {
    const RunLock lock(place / "runs/train/second");
    EXPECT_THAT(place.run({"runs"}).out, HasSubstr("running"));
  }
  const Json json = place.run({"runs", "--json"}).json();
  ASSERT_EQ(json.at("runs").size(), 2u);
  const Json& first = json.at("runs")[0];
  EXPECT_EQ(first.at("run"), "runs/train/first");
  EXPECT_EQ(first.at("epochs").size(), 2u);
  EXPECT_EQ(first.at("epochs")[1].at("epoch"), 2);
  EXPECT_EQ(first.at("test").at("split"), "test");
  EXPECT_TRUE(json.at("runs")[1].at("epochs")[0].contains("val_auc"));
}

TEST(Runs, AreCompared) {
  const Workplace place;
  ASSERT_EQ(place.train("a", {"--epochs", "3"}).code, 0);
  ASSERT_EQ(place.train("b", {"--epochs", "3", "--learning-rate", "0.01"}).code, 0);
  const std::string text = place.run({"runs", "compare", "a", "runs/train/b/"}).out;
  EXPECT_THAT(text, HasSubstr("settings that differ"));
  EXPECT_THAT(text, testing::ContainsRegex("learning-rate +- +0.01\n"));
  EXPECT_THAT(text, Not(HasSubstr("batch-size")));
  EXPECT_THAT(text, testing::ContainsRegex("val_accuracy +[01]\\.[0-9]+ +[01]\\.[0-9]+\n"));
  EXPECT_THAT(text, testing::ContainsRegex("val_loss\n  a  [^ ]+"));
  const Json json = place.run({"runs", "compare", "a", "b", "--json"}).json();
  EXPECT_EQ(json.at("settings"), (Json{{"learning-rate", {"-", "0.01"}}}));
  EXPECT_THAT(place.run({"runs", "compare", "a", "a"}).out, HasSubstr("all settings are the same"));
}

TEST(Runs, AreRemovedByWhoSaysSo) {
  const Workplace place;
  ASSERT_EQ(place.train("a", {"--epochs", "1"}).code, 0);
  const Ended asked = place.run({"runs", "remove", "a"});
  EXPECT_EQ(asked.code, 2);
  EXPECT_THAT(asked.err, HasSubstr("expected --yes"));
  {
    const RunLock lock(place / "runs/train/a");
    const Ended busy = place.run({"runs", "remove", "a", "--yes"});
    EXPECT_EQ(busy.code, 3);
    EXPECT_THAT(busy.err, HasSubstr("another process is working on this run"));
  }
  EXPECT_EQ(place.run({"runs", "remove", "a", "--yes"}).code, 0);
  EXPECT_TRUE(list_folder(place / "runs/train").empty());
}

TEST(Runs, RefuseWhatCannotBe) {
  const Workplace place;
  const auto refused = [&](const std::vector<std::string>& words, int code) {
    const Ended ended = place.run(words);
    EXPECT_EQ(ended.code, code);
    return ended.err;
  };
  EXPECT_THAT(refused({"runs", "compair"}, 2), HasSubstr("unknown word (expected list, compare or remove)"));
  EXPECT_THAT(refused({"runs", "compare", "nothing"}, 3), HasSubstr("runs/train/nothing: there is no such run folder"));
  EXPECT_THAT(refused({"runs", "remove", "--yes"}, 2), HasSubstr("needs a run at least"));
  create_folders(place / "pictures");
  EXPECT_THAT(refused({"runs", "remove", "pictures", "--yes"}, 3), HasSubstr("is no run folder"));
  EXPECT_TRUE(folder_exists(place / "pictures"));
}

}  // namespace
}  // namespace fovea
