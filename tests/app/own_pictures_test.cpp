// One's own pictures by the real program: folders, archives and manifests, trained on, evaluated, described.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/base/file.h"
#include "fovea/formats/image.h"
#include "fovea/formats/npz.h"
#include "fovea/formats/png.h"
#include "fovea/formats/safetensors.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

using testing::HasSubstr;
using testing::Not;

// The pictures of shapes.npz as files: shapes/train/0/00.png, …
class OwnPictures : public testing::Test {
 protected:
  OwnPictures() {
    const Npz npz(place_ / "shapes.npz");
    for (const char* part : {"train", "test"}) {
      const Array x = npz.read(std::string("x_") + part), y = npz.read(std::string("y_") + part);
      for (int64_t i = 0; i < x.shape()[0]; ++i) {
        Image image(10, 10, 1);
        std::copy_n(x.values<uint8_t>().data() + i * 100, 100, image.pixels.data());
        write(fmt::format("shapes/{}/{}/{:02}.png", part, label(y, i), i), image);
      }
    }
  }

  static int64_t label(const Array& y, int64_t i) {
    const auto at = static_cast<size_t>(i);
    return y.dtype() == DType::u8    ? y.values<uint8_t>()[at]
           : y.dtype() == DType::i32 ? y.values<int32_t>()[at]
                                     : y.values<int64_t>()[at];
  }
  void write(const std::string& name, const Image& image) const {
    create_folders(place_ / name.substr(0, name.rfind('/')));
    save_png(place_ / name, image);
  }
  void write(const std::string& name, const std::string& content) const {
    write_file_atomically(place_ / name, content);
  }
  Json described(std::vector<std::string> words) const {
    words.insert(words.begin(), "data");
    words.push_back("--json");
    const Ended ended = place_.run(words);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.json();
  }

  Workplace place_;
};

TEST_F(OwnPictures, AreTheSameAsTheirArrays) {
  ASSERT_EQ(place_.train("a", {"--epochs", "2", "--save", "m.safetensors"}).code, 0);
  const auto evaluated = [&](const std::string& data) {
    const Ended ended = place_.run({"eval", "m.safetensors", "--data", data, "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return ended.json();
  };
  const Json truth = evaluated("shapes.npz"), folder = evaluated("shapes");
  EXPECT_EQ(folder["confusion_matrix"], truth["confusion_matrix"]);
  EXPECT_NEAR(folder["loss"].get<double>(), truth["loss"].get<double>(), 1e-6);
  const Ended one = place_.run({"predict", "m.safetensors", "shapes:test:0", "shapes/test/0/00.png", "--json"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(one.json()["pictures"].size(), 2u);
}

TEST_F(OwnPictures, TrainANetByItsNameInTheirOwnSizeOrAnother) {
  const Ended trained =
      place_.run({"train", "basic", "--data", "shapes", "--epochs", "1", "--image-size", "24,20", "--resize", "crop",
                  "--interpolation", "pillow_bicubic", "--save", "m.safetensors"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_TRUE(folder_exists(place_ / "runs/train/basic-shapes-001"));
  const SafetensorsFile file(place_ / "m.safetensors");
  EXPECT_EQ(file->metadata().at("resize"), "crop");
  EXPECT_EQ(file->metadata().at("interpolation"), "pillow_bicubic");
  EXPECT_EQ(file->metadata().at("class_names"), R"(["0","1","2"])");
  EXPECT_THAT(file->metadata().at("config"), HasSubstr("24,20,1"));
  EXPECT_EQ(place_.run({"eval", "m.safetensors", "--data", "shapes"}).code, 0);
  const Ended other = place_.run({"eval", "m.safetensors", "--data", "shapes", "--image-size", "24"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("--image-size: is not what the model takes (got 24, expected 24,20)"));
}

TEST_F(OwnPictures, GoOnToTheSameBitsWhenResumed) {
  const std::vector<std::string> words = {"train", "basic",    "--data", "shapes", "--image-size",
                                          "24",    "--epochs", "2",      "--name"};
  auto whole = words, half = words;
  whole.push_back("whole");
  half.push_back("half");
  ASSERT_EQ(place_.run(whole).code, 0);
  half[7] = "1";
  ASSERT_EQ(place_.run(half).code, 0);
  const Ended resumed = place_.run({"train", "--resume", "runs/train/half", "--epochs", "2"});
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, Not(HasSubstr("began with another")));
  EXPECT_EQ(read_file(place_ / "runs/train/half/history.csv"), read_file(place_ / "runs/train/whole/history.csv"));
}

TEST_F(OwnPictures, ThatAreBrokenAreNamedAndLeftOutOrRefused) {
  write("shapes/train/0/zz.png", "nothing");
  const std::string broken = "shapes/train/0/zz.png: not a picture that can be read";
  const Ended trained = place_.run({"train", "tiny.json", "--data", "shapes", "--epochs", "1"});
  EXPECT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("left out: " + broken));
  EXPECT_THAT(trained.err, HasSubstr("1 of 67 files cannot be read and is left out"));
  const Ended refused = place_.run({"train", "tiny.json", "--data", "shapes", "--epochs", "1", "--strict"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_THAT(refused.err, HasSubstr("fovea: error: " + broken));
  EXPECT_EQ(described({"shapes"})["broken"][0]["file"], "shapes/train/0/zz.png");
}

TEST_F(OwnPictures, AreDescribed) {
  write("shapes/test/0/copy.png", decode_image(as_bytes(read_file(place_ / "shapes/train/0/00.png")), "f"));
  create_folders(place_ / "shapes/train/empty");
  const Json json = described({"shapes", "--preview", "sheet.png", "--validation-split", "0"});
  EXPECT_EQ(json["name"], "shapes");
  EXPECT_EQ(json["classes"], Json({"0", "1", "2", "empty"}));
  EXPECT_EQ(json["splits"]["train"]["class_counts"], Json({16, 16, 16, 0}));
  EXPECT_EQ(json["picture_shape"], Json({10, 10, 1}));
  EXPECT_EQ(json["own_sizes"]["smallest"], Json({10, 10}));
  EXPECT_EQ(json["own_sizes"]["gray"], 67);
  EXPECT_EQ(json["mean"].size(), 1u);
  ASSERT_GE(json["leaks"].size(), 1u);
  EXPECT_EQ(json["leaks"][0]["into"], "test");
  EXPECT_THAT(json["leaks"][0]["examples"].dump(), HasSubstr("train/0/00.png"));
  const Image sheet = decode_image(as_bytes(read_file(place_ / "sheet.png")), "sheet.png");
  EXPECT_EQ(sheet.channels, 3);
  EXPECT_GT(sheet.height, 4 * 96);
  const Ended text = place_.run({"data", "shapes"});
  EXPECT_THAT(text.err, HasSubstr("leakage: "));
  EXPECT_THAT(text.out, HasSubstr("sizes       all 10x10\n"));
  EXPECT_THAT(text.out, HasSubstr("channels    all gray\n"));
  EXPECT_EQ(place_.run({"data", "shapes", "--preview", "none/sheet.png"}).code, 3);
}

TEST_F(OwnPictures, MayBeListedInAManifest) {
  write("list.csv",
        "path,label,split\nshapes/train/0/00.png,flat,train\nshapes/train/1/01.png,tall,train\n"
        "shapes/test/0/00.png,flat,test\nno/such.png,flat,train\nshapes/train/1/01.png\n");
  const Ended ended = place_.run({"data", "list.csv", "--json", "--validation-split", "0"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.json()["classes"], Json({"flat", "tall"}));
  EXPECT_EQ(ended.json()["splits"]["test"]["pictures"], 1);
  EXPECT_THAT(ended.err, HasSubstr("left out: list.csv: line 6: too few columns (got 1, expected 2)"));
  EXPECT_THAT(ended.err, HasSubstr("no/such.png: cannot open"));
}

TEST_F(OwnPictures, OptionsOfTheirsAreChecked) {
  const auto refused = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"train", "basic", "--data", "shapes"});
    const Ended ended = place_.run(words);
    EXPECT_EQ(ended.code, 2) << ended.err;
    return ended.err;
  };
  for (const char* size : {"0", "x", "10,", "10,10,3", "10x10", "-3", "70000"})
    EXPECT_THAT(refused({"--image-size", size}),
                HasSubstr("--image-size: is no size (got \"" + std::string(size) + "\""));
  EXPECT_THAT(refused({"--interpolation", "cubic"}), HasSubstr("--interpolation"));
  const Ended missing = place_.run({"train", "basic", "--data", "no/such/folder"});
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.err, HasSubstr("no/such/folder: there is no such file or folder"));
}

}  // namespace
}  // namespace fovea
