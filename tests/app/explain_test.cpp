// Explanations and feature maps by the real program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "fovea/base/file.h"
#include "fovea/data/picture.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/png.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// A workplace with a trained model, m.safetensors, and pictures of its data.
class Explain : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place_ = new Workplace;
    const Ended trained = place_->train_saved();
    ASSERT_EQ(trained.code, 0) << trained.err;
    const Array x = Npz(*place_ / "shapes.npz").read("x_test");
    Image image(10, 10, 1);
    std::copy_n(x.values<uint8_t>().data(), 100, image.pixels.data());
    save_png(*place_ / "a.png", image);
    write_file_atomically(*place_ / "broken.png", "no picture");
  }
  static void TearDownTestSuite() { delete place_; }

  static Ended run(std::vector<std::string> words) { return place_->run(words); }
  static Ended explain(std::vector<std::string> words) {
    words.insert(words.begin(), {"explain", "m.safetensors"});
    return run(words);
  }
  static Ended features(std::vector<std::string> words) {
    words.insert(words.begin(), {"features", "m.safetensors"});
    return run(words);
  }
  static std::string path(const std::string& name) { return *place_ / name; }

 private:
  static Workplace* place_;
};
Workplace* Explain::place_ = nullptr;

TEST_F(Explain, DrawsPictureMapAndOverlay) {
  const Ended ended = explain({"a.png"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("a-grad-cam.png"));
  const Image sheet = load_picture(path("a-grad-cam.png"));
  EXPECT_EQ(sheet.channels, 3);
  EXPECT_GT(sheet.width, 3 * 256);
  EXPECT_LT(sheet.width, 3 * 256 + 100);
}

TEST_F(Explain, WritesTheRawMapAndTheDividedOne) {
  const Ended ended = explain({"a.png", "--npz", "map.npz", "--normalised", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Npz npz(path("map.npz"));
  EXPECT_THAT(npz.names(), ElementsAre("map", "heatmap"));
  const Array map = npz.read("map"), heatmap = npz.read("heatmap");
  EXPECT_EQ(map.dtype(), DType::f32);
  EXPECT_EQ(map.shape().rank(), 2);
  const auto values = map.values<float>(), divided = heatmap.values<float>();
  const float largest = *std::max_element(values.begin(), values.end());
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_GE(values[i], 0);
    EXPECT_FLOAT_EQ(divided[i], largest > 0 ? values[i] / largest : 0);
  }
  const Json entry = ended.json()["pictures"][0];
  EXPECT_EQ(entry["method"], "grad-cam");
  EXPECT_EQ(entry["height"], map.shape()[0]);
  EXPECT_FLOAT_EQ(entry["largest"].get<float>(), largest);
  EXPECT_FALSE(entry.contains("file")) << "with --npz alone no picture is drawn";
}

TEST_F(Explain, ComparesMethodsOnManyPictures) {
  const Ended ended = explain({"shapes.npz:test:0-3", "--method", "all", "--measure", "insertion,deletion,average_drop", "--samples", "4",
                               "--out", "methods.png", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = ended.json();
  EXPECT_EQ(json["pictures"].size(), 4 * json["measures"].size());
  EXPECT_GE(json["measures"].size(), 11u);
  for (const Json& row : json["measures"]) {
    EXPECT_EQ(row["pictures"], 4);
    for (const char* measure : {"insertion", "deletion", "average_drop"}) {
      EXPECT_GE(row[measure].get<double>(), 0) << row;
      EXPECT_LE(row[measure].get<double>(), 1) << row;
    }
  }
  EXPECT_GT(load_picture(path("methods.png")).height, 4 * 256);
}

TEST_F(Explain, WritesAFileAPictureIntoAFolder) {
  const Ended ended = explain({"shapes.npz", "--out", "each"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(list_folder(path("each")).size(), 18u);
}

TEST_F(Explain, TakesAClassByNameOrNumber) {
  const auto first = [](const Ended& ended) { return ended.json()["pictures"][0]; };
  const Json by_name = first(explain({"a.png", "--class", "bottom", "--npz", "c.npz", "--json"}));
  const Json by_number = first(explain({"a.png", "--class", "2", "--npz", "c.npz", "--json"}));
  EXPECT_EQ(by_name, by_number);
  EXPECT_EQ(by_name["class"], "bottom");
  EXPECT_TRUE(by_name.contains("score"));
  EXPECT_TRUE(first(explain({"a.png", "--target", "probability", "--npz", "c.npz", "--json"})).contains("probability"));
}

TEST_F(Explain, DoesTheRestWhereOneOfManyIsBad) {
  const Ended ended = explain({"a.png", "broken.png", "--out", "some"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("broken.png"));
  EXPECT_EQ(list_folder(path("some")).size(), 1u);
  EXPECT_EQ(explain({"broken.png"}).code, 3);
}

TEST_F(Explain, RefusesWhatCannotBe) {
  const struct {
    std::vector<std::string> words;
    int code;
    const char* message;
  } cases[] = {
      {{"a.png", "--method", "gradcam"}, 2, "did you mean \"grad-cam\""},
      {{"a.png", "--class", "botom"}, 2, "did you mean \"bottom\""},
      {{"a.png", "--class", "3"}, 2, "expected a class's name or 0 to 2"},
      {{"a.png", "--layer", "nowhere"}, 2, "nowhere"},
      {{"a.png", "--measure", "insertions"}, 2, "did you mean \"insertion\""},
      {{"a.png", "--npz", "map.txt"}, 2, "expected FILE.npz"},
      {{"a.png", "--out", "no/such/place.png"}, 3, "there is no folder no/such"},
      {{"a.png", "--out", "m.safetensors"}, 3, "there is a file of this name"},
      {{"a.png", "--colormap", "rainbow"}, 2, "--colormap"},
      {{}, 2, "FILE: is missing"},
      {{"shapes.npz:test:20-30"}, 2, "there is no such picture (got 20, expected 0 to 17)"},
  };
  for (const auto& each : cases) {
    const Ended ended = explain(each.words);
    EXPECT_EQ(ended.code, each.code) << each.message << ": " << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(each.message));
  }
}

TEST_F(Explain, DrawsFeatureMapsAndFilters) {
  const Ended ended = features({"a.png", "--out", "maps", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json layers = ended.json()["layers"];
  ASSERT_GE(layers.size(), 2u);
  for (const Json& layer : layers) EXPECT_EQ(load_picture(path(layer["file"])).channels, 3);
  EXPECT_TRUE(file_exists(path("maps/filters.png")));
  EXPECT_TRUE(layers[0].contains("dead")) << "the data that the model was trained on are there";
}

TEST_F(Explain, DrawsLayersOfLikeNamesIntoFilesOfTheirOwn) {
  write_file_atomically(path("inner.json"), R"({"name": "a", "input_shape": [8, 8, 2], "layers": [{"Conv2D": {"filters": 2, "kernel_size": 3, "name": "b"}}]})");
  write_file_atomically(path("alike.json"), R"({"input_shape": [10, 10, 1], "layers": [
      {"Conv2D": {"filters": 2, "kernel_size": 3, "name": "filters"}}, {"Model": {"use": "inner.json", "name": "a"}},
      {"Conv2D": {"filters": 2, "kernel_size": 3, "name": "a-b"}}, {"Flatten": {}}, {"Dense": {"units": 3, "activation": "softmax"}}]})");
  const Ended ended = run({"features", "alike.json", "a.png", "--out", "alike", "--sample", "0", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  std::vector<std::string> files;
  const Json layers = ended.json()["layers"];
  for (const Json& layer : layers) files.push_back(layer["file"]);
  EXPECT_THAT(files, ElementsAre("alike/2-filters.png", "alike/a-b.png", "alike/2-a-b.png"));
  EXPECT_EQ(list_folder(path("alike")).size(), 4u) << "and the filters";
}

TEST_F(Explain, WritesFeatureMapsByTheirLayersPaths) {
  const Ended ended = features({"a.png", "--npz", "maps.npz", "--sample", "0"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Npz npz(path("maps.npz"));
  for (const std::string& name : npz.names()) {
    EXPECT_EQ(npz.header(name).shape.rank(), 4) << name;
    EXPECT_EQ(npz.header(name).shape[0], 1) << name;
  }
  EXPECT_FALSE(folder_exists(path("features"))) << "with --npz alone no picture is drawn";
}

TEST_F(Explain, ShowsTheChannelsThatAreAskedFor) {
  const Ended some = features({"a.png", "--channels", "0,2-3", "--out", "some-channels", "--json"});
  ASSERT_EQ(some.code, 0) << some.err;
  EXPECT_EQ(some.json()["layers"][0]["channels"], Json({0, 2, 3}));
  const Ended twice = features({"a.png", "--channels", "0", "--channels", "2-3", "--npz", "twice.npz", "--json"});
  EXPECT_EQ(twice.json()["layers"][0]["channels"], Json({0, 2, 3})) << "a list may be given word by word";
  EXPECT_THAT(features({"a.png", "--channels", "99"}).err, HasSubstr("has none of these channels"));
  EXPECT_EQ(features({"a.png", "--channels", "7-3"}).code, 2);
  EXPECT_EQ(features({"a.png", "a.png"}).code, 2);
  EXPECT_EQ(features({"a.png", "--layers", "nowhere"}).code, 2);
  EXPECT_EQ(features({"a.png", "--data", "no-such-data"}).code, 2) << "data that are asked for must be there";
}

}  // namespace
}  // namespace fovea
