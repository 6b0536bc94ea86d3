// The report page by the real program: what is in it; tests/page drives it in a browser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fovea/base/file.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/png.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;

Json data_in(const std::string& page) {
  const std::string begin = "<script type=\"application/json\" id=\"data\">";
  const size_t at = page.find(begin) + begin.size();
  return Json::parse(page.substr(at, page.find("</script>", at) - at));
}

class Report : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = new Workplace;
    for (const char* name : {"a", "b"}) {
      const Ended trained = place_->train(name, {"--epochs", "2", "--batch-size", "8", "--class-names", "top,middle,<b>", "--seed", name[0] == 'a' ? "1" : "2"});
      ASSERT_EQ(trained.code, 0) << trained.err;
    }
  }
  static void TearDownTestSuite() { delete place_; }
  static Ended report(std::vector<std::string> words) {
    words.insert(words.begin(), "report");
    return place_->run(words);
  }
  static Json page(const std::string& file) { return data_in(read_file(*place_ / file)); }
  static std::set<int> splits_shown(const std::string& file) { return page(file)["pictures"]["split"].get<std::set<int>>(); }

  static Workplace* place_;
};
Workplace* Report::place_ = nullptr;

TEST_F(Report, TellsARunInOnePage) {
  const Ended ended = report({"runs/train/a"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "runs/train/a/report.html\n");
  const Json data = page("runs/train/a/report.html");
  EXPECT_EQ(data["classes"], Json({"top", "middle", "<b>"}));
  const Json& run = data["runs"][0];
  EXPECT_EQ(run["split"], "test");
  EXPECT_EQ(run["split_size"], 18);
  EXPECT_EQ(run["history"]["epochs"].size(), 2u);
  int64_t counted = 0;
  for (const Json& cell : run["matrix"]) counted += cell[2].get<int64_t>();
  EXPECT_EQ(counted, 18);
  const Ended evaluated = place_->run({"eval", "runs/train/a", "--data", "shapes.npz", "--json"});
  EXPECT_NEAR(run["figures"]["accuracy"].get<double>(), evaluated.json()["accuracy"].get<double>(), 1e-9);
  // Every picture has a name, a label, classes by probability and a map.
  const size_t pictures = data["pictures"]["name"].size();
  EXPECT_GE(pictures, 18u);
  EXPECT_EQ(data["pictures"]["label"].size(), pictures);
  EXPECT_EQ(run["predictions"]["top"]["classes"].size(), pictures * data["top"].get<size_t>());
  const Json& maps = run["predictions"]["maps"];
  EXPECT_EQ(maps["data"].get<std::string>().size(), (pictures * maps["height"].get<size_t>() * maps["width"].get<size_t>() + 2) / 3 * 4);
  EXPECT_EQ(data["files"], Json()) << "arrays are no files";
}

TEST_F(Report, ComparesRunsOfTheSameData) {
  const Ended ended = report({"runs/train/a", "runs/train/b", "--out", "both.html", "--no-maps", "--title", "Two seeds", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.json()["report"], "both.html");
  const Json data = page("both.html");
  EXPECT_EQ(data["title"], "Two seeds");
  ASSERT_EQ(data["runs"].size(), 2u);
  EXPECT_NE(data["runs"][0]["settings"]["seed"], data["runs"][1]["settings"]["seed"]);
  EXPECT_FALSE(data["runs"][0]["predictions"].contains("maps"));
}

TEST_F(Report, ShowsTheTestPicturesOfRunsThatWereCutDifferently) {
  const Ended trained = place_->train("cut", {"--epochs", "1", "--class-names", "top,middle,<b>", "--validation-split", "0.3"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Ended ended = report({"runs/train/a", "runs/train/cut", "--out", "cuts.html", "--no-maps"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("validated with different pictures"));
  EXPECT_THAT(splits_shown("cuts.html"), testing::ElementsAre(2));
}

TEST_F(Report, RefusesRunsWhoseReportedPicturesDiffer) {
  const Npz shapes(*place_ / "shapes.npz");
  const Array x = shapes.read("x_train"), y = shapes.read("y_train");
  const NamedTensor arrays[] = {NamedTensor::of("x_train", x), NamedTensor::of("y_train", y)};
  save_npz(*place_ / "train.npz", arrays);
  for (const char* share : {"0", "0.2", "0.4"}) {
    const Ended trained = place_->run({"train", "tiny.json", "--data", "train.npz", "--epochs", "1", "--name", std::string("share") + share, "--validation-split", share});
    ASSERT_EQ(trained.code, 0) << trained.err;
  }
  for (const char* other : {"runs/train/share0", "runs/train/share0.4"}) {
    const Ended ended = report({"runs/train/share0.2", other});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.err, HasSubstr("was validated with other pictures than runs/train/share0.2"));
  }
}

TEST_F(Report, CountsATestSplitThatValidatesOnce) {
  const Ended trained = place_->train("tested", {"--epochs", "1", "--validation", "test", "--report"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(splits_shown("runs/train/tested/report.html"), testing::Contains(2));
  EXPECT_THAT(splits_shown("runs/train/tested/report.html"), testing::Not(testing::Contains(1)));
}

TEST_F(Report, SuggestsAClassForEveryDoubtedLabel) {
  const Ended ended = report({"runs/train/a", "--out", "doubts.html", "--no-maps"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json data = page("doubts.html"), errors = data["runs"][0]["label_errors"], pictures = data["pictures"];
  ASSERT_EQ(errors["pictures"].size(), errors["suggested"].size());
  EXPECT_EQ(errors["splits"], 3);
  for (size_t k = 0; k < errors["pictures"].size(); ++k)
    EXPECT_NE(errors["suggested"][k], pictures["label"][errors["pictures"][k].get<size_t>()]);
}

TEST_F(Report, IsWrittenAtATrainingsEnd) {
  const Ended ended = place_->train("c", {"--epochs", "1", "--report", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.json()["report"], "runs/train/c/report.html");
  EXPECT_EQ(page("runs/train/c/report.html")["runs"][0]["name"], "c");
}

TEST_F(Report, ListsTheFilesOfFolders) {
  const Array x = Npz(*place_ / "shapes.npz").read("x_train"), y = Npz(*place_ / "shapes.npz").read("y_train");
  for (const char* split : {"train", "test"})
    for (int i = 0; i < 24; ++i) {
      const std::string folder = *place_ / fmt::format("folder/{}/class {}", split, i % 3);
      create_folders(folder);
      Image image(10, 10, 1);
      std::copy_n(x.values<uint8_t>().data() + i * 100, 100, image.pixels.data());
      save_png(fmt::format("{}/{}.png", folder, i), image);
    }
  const Ended trained = place_->run({"train", "tiny.json", "--data", "folder", "--epochs", "1", "--name", "f", "--report", "--image-size", "10"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const Json files = page("runs/train/f/report.html")["files"];
  EXPECT_TRUE(files["folder"].get<std::string>().starts_with("/")) << "a manifest is read from anywhere";
  EXPECT_EQ(files["names"].size(), 48u);
  EXPECT_EQ(files["labels"].size(), 48u);
}

TEST_F(Report, TellsAStudyByItsTrialsAndItsBestRun) {
  write_file_atomically(*place_ / "space.json", R"({"model": "tiny.json", "parameters": {"learning_rate": {"type": "float", "min": 1e-3, "max": 1e-1, "sampling": "log"}}})");
  const Ended tuned = place_->run({"tune", "space.json", "--data", "shapes.npz", "--algorithm", "random", "--trials", "3", "--max-epochs", "1", "--name", "s"});
  ASSERT_EQ(tuned.code, 0) << tuned.err;
  const Ended ended = report({"runs/tune/s"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json data = page("runs/tune/s/report.html");
  EXPECT_EQ(data["title"], "s");
  EXPECT_EQ(data["study"]["trials"].size(), 3u);
  EXPECT_EQ(data["runs"].size(), 1u);
}

TEST_F(Report, RefusesWhatCannotBe) {
  EXPECT_EQ(report({}).code, 2);
  EXPECT_EQ(report({"nowhere"}).code, 3);
  EXPECT_EQ(report({"runs/train/a", "--out", "page.txt"}).code, 2);
  const Ended ended = report({"runs/train/a", "runs/train/nowhere"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("runs/train/nowhere"));
}

}  // namespace
}  // namespace fovea
