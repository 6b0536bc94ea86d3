// Predictions by the real program, of everything that can be named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "fovea/base/file.h"
#include "fovea/formats/npy.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/png.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;

// A workplace with a trained model, m.safetensors, and the test pictures in other forms.
class Predict : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = new Workplace;
    const Ended trained = place_->train_saved();
    ASSERT_EQ(trained.code, 0) << trained.err;
    const Array x = Npz(*place_ / "shapes.npz").read("x_test");
    save_npy(*place_ / "x.npy", x);
    create_folders(*place_ / "pictures/deeper");
    for (int i = 0; i < 3; ++i) {
      Image image(10, 10, 1);
      std::copy_n(x.values<uint8_t>().data() + i * 100, 100, image.pixels.data());
      save_png(*place_ / (i == 2 ? "pictures/deeper/c.png" : i == 1 ? "pictures/b.png" : "pictures/a.png"), image);
    }
    write_file_atomically(*place_ / "pictures/notes.txt", "no picture");
    write_file_atomically(*place_ / "pictures/._a.png", "what macOS leaves");
    std::filesystem::create_directory_symlink("..", *place_ / "pictures/deeper/up");
    write_file_atomically(*place_ / "broken.png", "no picture either");
  }
  static void TearDownTestSuite() { delete place_; }

  static Ended predict(std::vector<std::string> words, const HowToRun& how = {}) {
    words.insert(words.begin(), {"predict", "m.safetensors"});
    return place_->run(words, how);
  }
  static std::string path(const std::string& name) { return *place_ / name; }

 private:
  static Workplace* place_;
};
Workplace* Predict::place_ = nullptr;

TEST_F(Predict, NewWeightsLeaveWhatElseTheModelKnows) {
  const Ended ended = predict({"shapes.npz:1", "--json", "--top", "3", "--weights", "random"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  std::vector<std::string> classes;
  const Json top = ended.json()["pictures"][0]["top"];
  for (const Json& one : top) classes.push_back(one["class"].get<std::string>());
  EXPECT_THAT(classes, testing::UnorderedElementsAre("top", "middle", "bottom"));
}

TEST_F(Predict, NamesTheClassesOfAPicture) {
  const Ended ended = predict({"shapes.npz:1", "--json", "--top", "2"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = ended.json();
  ASSERT_EQ(json["pictures"].size(), 1u);
  const Json& top = json["pictures"][0]["top"];
  EXPECT_EQ(json["pictures"][0]["path"], "shapes.npz:1");
  ASSERT_EQ(top.size(), 2u);
  EXPECT_EQ(top[0]["class"], "middle");
  EXPECT_EQ(top[0]["index"], 1);
  EXPECT_GE(top[0]["probability"].get<double>(), top[1]["probability"].get<double>());
  EXPECT_GT(json["pictures_per_second"].get<double>(), 0);
}

TEST_F(Predict, GivesTheSameForFilesArraysAndAddresses) {
  const auto first = [](const Ended& ended) { return ended.json()["pictures"][0]["top"]; };
  const Json truth = first(predict({"pictures/a.png", "--json"}));
  for (const char* name : {"x.npy", "x.npy:0", "shapes.npz", "shapes.npz:test:0", "pictures"}) {
    const Json top = first(predict({name, "--json"}));
    ASSERT_EQ(top.size(), truth.size()) << name;
    for (size_t k = 0; k < top.size(); ++k) {
      EXPECT_EQ(top[k]["class"], truth[k]["class"]) << name;
      // Another number of pictures at a time may take another kernel.
      EXPECT_NEAR(top[k]["probability"].get<double>(), truth[k]["probability"].get<double>(), 1e-6) << name;
    }
  }
}

TEST_F(Predict, LooksIntoFoldersAndLists) {
  const Ended folder = predict({"pictures"});
  EXPECT_EQ(folder.code, 0) << folder.err;
  EXPECT_EQ(std::count(folder.out.begin(), folder.out.end(), '\n'), 3);
  EXPECT_THAT(folder.out, HasSubstr("pictures/deeper/c.png  bottom "));
  const Ended list = predict({"-"}, {.in = "\xef\xbb\xbfpictures/b.png\r\nx.npy:2\r\n"});
  EXPECT_THAT(list.out, testing::StartsWith("pictures/b.png  middle "));
  EXPECT_EQ(std::count(list.out.begin(), list.out.end(), '\n'), 2);
}

TEST_F(Predict, TakesLabelsFromAnySystemsFile) {
  write_file_atomically(path("labels.txt"), "\xef\xbb\xbfoben\r\nmitte\r\nunten\r\n\r\n");
  EXPECT_THAT(predict({"pictures/a.png", "--labels", "labels.txt"}).out, testing::StartsWith("pictures/a.png  oben "));
  write_file_atomically(path("labels.txt"), "\n");
  const Ended ended = predict({"pictures/a.png", "--labels", "labels.txt"});
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("labels.txt: holds no names"));
}

TEST_F(Predict, WritesAllProbabilities) {
  const Ended ended = predict({"x.npy", "-o", "p.npy", "--batch-size", "7"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Array table = load_npy(path("p.npy"));
  ASSERT_EQ(table.shape(), (Shape{18, 3}));
  for (size_t row = 0; row < 18; ++row) {
    const float* p = table.values<float>().data() + row * 3;
    EXPECT_NEAR(p[0] + p[1] + p[2], 1, 1e-5);
    EXPECT_EQ(std::max_element(p, p + 3) - p, static_cast<long>(row % 3));
  }
}

TEST_F(Predict, DoesTheRestWhereSomeAreBad) {
  const Ended ended = predict({"broken.png", "pictures/a.png", "nowhere.png"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr("pictures/a.png  top "));
  EXPECT_EQ(std::count(ended.out.begin(), ended.out.end(), '\n'), 1);
  EXPECT_THAT(ended.err, HasSubstr("fovea: error: broken.png"));
  EXPECT_THAT(ended.err, HasSubstr("fovea: error: nowhere.png"));
  for (const char* name : {"broken.png", "nowhere.png"}) EXPECT_EQ(predict({name}).code, 3) << name;
  const Ended list = predict({"-"}, {.in = "pictures/a.png\nnowhere.png\n"});
  EXPECT_EQ(list.code, 1);
  EXPECT_THAT(list.out, HasSubstr("pictures/a.png  top "));
  EXPECT_EQ(predict({"-"}, {.in = "broken.png\n"}).code, 3);
}

TEST_F(Predict, RefusesAnAddressInAnEmptySplit) {
  const Array x(DType::u8, {2, 10, 10, 1}), y(DType::u8, {2});
  const NamedTensor arrays[] = {NamedTensor::of("x_train", x), NamedTensor::of("y_train", y)};
  save_npz(path("two.npz"), arrays);
  const Ended ended = predict({"two.npz:validation:0"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("two.npz:validation:0: the data set has no validation pictures"));
}

TEST_F(Predict, TakesFloatsAsTheyAre) {
  const Array bytes = load_npy(path("x.npy"));
  Array floats(DType::f32, bytes.shape());
  for (int64_t i = 0; i < bytes.elements(); ++i)
    floats.values<float>()[static_cast<size_t>(i)] =
        static_cast<float>(bytes.values<uint8_t>()[static_cast<size_t>(i)]) / 255.0f;
  save_npy(path("floats.npy"), floats);
  const auto tops = [](const Ended& ended) {
    Json all = Json::array();
    const Json result = ended.json();
    for (const Json& picture : result["pictures"]) all.push_back(picture["top"]);
    return all;
  };
  EXPECT_EQ(tops(predict({"floats.npy", "--json"})), tops(predict({"x.npy", "--json"})));
}

}  // namespace
}  // namespace fovea
