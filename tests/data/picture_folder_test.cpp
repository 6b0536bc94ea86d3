// Data sets of picture files: folders, archives, manifests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <cstdlib>
#include <filesystem>

#include "fovea/data/dataset.h"
#include "fovea/formats/npz.h"
#include "tests/data/make_pictures.h"
#include "tests/harness/files.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const DataOptions kWhole{.validation_split = 0};

class PictureFolder : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_ / name; }
  void add(const std::string& name, int64_t height = 4, int64_t width = 5, int64_t channels = 3, uint8_t value = 7) {
    write_picture(path("set/" + name), plain_image(height, width, channels, value));
  }
  void add_file(const std::string& name, const std::string& content) {
    create_folders(path("set/" + name).substr(0, path("set/" + name).rfind('/')));
    write_file_atomically(path("set/" + name), content);
  }
  Dataset open(const DataOptions& options = kWhole) const { return open_dataset(path("set"), options); }
  std::string refused(const DataOptions& options = kWhole, ErrorKind kind = ErrorKind::file) const {
    const std::string line = refusal([&] { open(options); }, kind), root = path("set");
    return line.starts_with(root) ? "SET" + line.substr(root.size()) : line;
  }
  static std::vector<std::string> paths(const Split& split) {
    std::vector<std::string> all;
    for (int64_t i = 0; i < split.size(); ++i) all.push_back(split.origin(i)->path);
    return all;
  }
  static std::vector<int32_t> labels(const Split& split) {
    std::vector<int32_t> all;
    for (int64_t i = 0; i < split.size(); ++i) all.push_back(split.label(i));
    return all;
  }
  void tar(const std::string& options, const std::string& archive, const std::string& what = "set") const {
    ASSERT_EQ(std::system(("cd '" + folder_.path() + "' && tar " + options + " " + archive + " " + what).c_str()), 0);
  }

  TemporaryFolder folder_;
};

TEST_F(PictureFolder, HasAClassAFolderInTheOrderOfTheirBytes) {
  add("b/2.png");
  add("b/10.png");
  add("b/deeper/1.png");
  add("a/x.PNG");
  add("Z/x.jpg");  // a PNG all the same
  create_folders(path("set/empty"));
  add_file("notes.txt", "beside the classes");
  add_file("b/.hidden", "nothing");
  add_file("b/Thumbs.db", "nothing");
  const Dataset data = open();
  EXPECT_EQ(data.name, "set");
  EXPECT_THAT(data.class_names, ElementsAre("Z", "a", "b", "empty"));
  EXPECT_THAT(paths(data.train), ElementsAre("Z/x.jpg", "a/x.PNG", "b/10.png", "b/2.png", "b/deeper/1.png"));
  EXPECT_THAT(labels(data.train), ElementsAre(0, 1, 2, 2, 2));
  EXPECT_EQ(data.picture_shape(), Shape({4, 5, 3}));
  EXPECT_THAT(std::vector<uint8_t>(data.train.bytes(0), data.train.bytes(0) + 4), ElementsAre(7, 8, 9, 7));
  EXPECT_THAT(data.broken, IsEmpty());
  EXPECT_FALSE(data.has_own_validation);
}

TEST_F(PictureFolder, MayBeDividedIntoSplits) {
  add("train/a/1.png");
  add("train/b/1.png");
  add("val/b/1.png");
  add("test/c/1.png");
  const Dataset data = open({});
  EXPECT_THAT(data.class_names, ElementsAre("a", "b", "c"));
  EXPECT_THAT(labels(data.train), ElementsAre(0, 1));
  EXPECT_THAT(labels(data.validation), ElementsAre(1));
  EXPECT_THAT(labels(data.test), ElementsAre(2));
  EXPECT_TRUE(data.has_own_validation);
  EXPECT_TRUE(open({.validation_split = 0}).validation.empty());
  add("train/a/2.png");
  EXPECT_THAT(labels(open({.validation_split = 0.4}).validation), ElementsAre(0)) << "a share that is asked for wins";
  EXPECT_TRUE(open({.load_train = false}).train.empty());
  create_folders(path("set/validation/a"));
  EXPECT_THAT(refused(), HasSubstr("two folders of validation pictures (got val and validation)"));
}

TEST_F(PictureFolder, ACalledTrainMayBeAClass) {
  add("train/1.png");
  add("test/1.png");
  EXPECT_THAT(open().class_names, ElementsAre("test", "train"));
}

TEST_F(PictureFolder, IsFoundBelowFoldersThatHoldNothingElse) {
  add("outer/inner/a/1.png");
  add("outer/inner/b/1.png");
  EXPECT_THAT(open().class_names, ElementsAre("a", "b"));
  EXPECT_THAT(paths(open().train), ElementsAre("outer/inner/a/1.png", "outer/inner/b/1.png"));
}

TEST_F(PictureFolder, SaysWhatIsMissing) {
  create_folders(path("set"));
  EXPECT_EQ(refused(), "SET: holds nothing (expected pictures, one folder a class)");
  add("1.png");
  EXPECT_EQ(refused(), "SET: holds a file but no folders (expected one folder a class)");
  create_folders(path("set/a"));
  EXPECT_EQ(refused(), "SET: there are no pictures in the class folders");
  add("a/1.png");
  EXPECT_EQ(refused({.load_train = false}), "SET: there are no test pictures");
}

TEST_F(PictureFolder, PicturesOfSeveralSizesAreBroughtTo128) {
  add("a/1.png", 10, 10);
  add("a/2.png", 10, 12);
  EXPECT_EQ(open().picture_shape(), Shape({128, 128, 3}));
  EXPECT_EQ(open().train.origin(1)->width, 12);
  EXPECT_EQ(open({.validation_split = 0, .pictures = {.size = PictureSize{6, 9}}}).picture_shape(), Shape({6, 9, 3}));
}

TEST_F(PictureFolder, GrayOnesStayGrayUnlessColourIsWanted) {
  add("a/1.png", 4, 5, 1);
  add("b/1.png", 4, 5, 1, 90);
  const Dataset gray = open();
  EXPECT_EQ(gray.picture_shape(), Shape({4, 5, 1}));
  EXPECT_EQ(gray.train.bytes(1)[19], 90);
  const Dataset colour = open({.validation_split = 0, .pictures = {.channels = 3}});
  EXPECT_EQ(colour.picture_shape(), Shape({4, 5, 3}));
  EXPECT_EQ(colour.train.bytes(1)[59], 90);
  add("b/2.png", 4, 5, 3);
  EXPECT_EQ(open().picture_shape(), Shape({4, 5, 3}));
  EXPECT_EQ(open({.validation_split = 0, .pictures = {.channels = 1}}).picture_shape(), Shape({4, 5, 1}));
}

TEST_F(PictureFolder, LeavesOutBrokenFilesAndListsThem) {
  add("a/1.png", 4, 5, 3, 10);
  add("a/3.png", 4, 5, 3, 30);
  add("b/1.png", 4, 5, 3, 50);
  add_file("a/2.png", read_file(path("set/a/1.png")).substr(0, 60));
  add_file("a/0.png", "");
  add_file("b/0.txt", "words");
  for (const std::optional<PictureSize> size : {std::optional<PictureSize>(), std::optional(PictureSize{4, 5})}) {
    const Dataset data = open({.validation_split = 0, .pictures = {.size = size}});
    EXPECT_THAT(paths(data.train), ElementsAre("a/1.png", "a/3.png", "b/1.png"));
    EXPECT_THAT(labels(data.train), ElementsAre(0, 0, 1));
    EXPECT_EQ(data.train.bytes(1)[20], 30);
    EXPECT_EQ(data.train.bytes(2)[20], 50);
    ASSERT_THAT(data.broken, SizeIs(3));
    EXPECT_EQ(data.broken[0].where, path("set/a/0.png"));
    EXPECT_THAT(data.broken[0].what, HasSubstr("got an empty file"));
    EXPECT_THAT(data.broken[1].what, HasSubstr("not a PNG file that can be read"));
    EXPECT_THAT(data.broken[2].what, HasSubstr("got a file of another kind"));
  }
  EXPECT_THAT(refused({.pictures = {.strict = true}}), HasSubstr("SET/a/0.png: not a picture that can be read"));
  std::filesystem::remove_all(path("set"));
  add_file("a/0.png", "");
  EXPECT_THAT(refused(), HasSubstr("SET/a/0.png: not a picture"));
  EXPECT_THAT(refused(), HasSubstr("; none of 1 pictures can be read"));
}

TEST_F(PictureFolder, ThePipeInItIsNotWaitedFor) {
  add("a/1.png");
  ASSERT_EQ(::mkfifo(path("set/a/2.png").c_str(), 0600), 0);
  ASSERT_THAT(open().broken, SizeIs(1));
  EXPECT_THAT(open().broken[0].what, HasSubstr("is no regular file"));
}

TEST_F(PictureFolder, GivesTheSameForAnyNumberOfThreads) {
  for (int i = 0; i < 40; ++i)
    add((i % 2 ? "a/" : "b/") + std::to_string(i) + ".png", 4 + i % 5, 6 + i % 3, 3, static_cast<uint8_t>(5 * i));
  std::string first;
  for (const int threads : {1, 2, 3, 5}) {
    const Dataset data = open({.pictures = {.size = PictureSize{5, 5}, .threads = threads}});
    if (first.empty()) first = data.hash;
    EXPECT_EQ(data.hash, first);
  }
  EXPECT_NE(open({.pictures = {.size = PictureSize{5, 6}}}).hash, first);
}

TEST_F(PictureFolder, TheHashIsOfTheContent) {
  add("a/1.png");
  add("b/1.png");
  const std::string before = open().hash;
  std::filesystem::rename(path("set/a/1.png"), path("set/a/other.png"));
  EXPECT_EQ(open().hash, before) << "names of files are no content";
  add("b/1.png", 4, 5, 3, 8);
  EXPECT_NE(open().hash, before);
}

TEST_F(PictureFolder, ClassNamesGiveTheOrderOrOtherNames) {
  add("a/1.png");
  add("b/1.png");
  add("c/1.png");
  const auto named = [&](const std::vector<std::string>& names) {
    const Dataset data = open({.validation_split = 0, .class_names = names});
    return std::pair(data.class_names, labels(data.train));
  };
  EXPECT_EQ(named({"c", "a", "b"}),
            std::pair(std::vector<std::string>({"c", "a", "b"}), std::vector<int32_t>({1, 2, 0})));
  EXPECT_EQ(named({"x", "y", "z"}),
            std::pair(std::vector<std::string>({"x", "y", "z"}), std::vector<int32_t>({0, 1, 2})));
  const auto wrong = [&](const std::vector<std::string>& names) {
    return refused({.class_names = names}, ErrorKind::usage);
  };
  EXPECT_THAT(wrong({"a", "b"}), HasSubstr("not as many as set has classes (got 2, expected 3)"));
  EXPECT_THAT(wrong({"a", "b", "d"}), HasSubstr("set has no class \"d\""));
  EXPECT_THAT(wrong({"a", "b", "b"}), HasSubstr("got \"b\" twice"));
}

TEST_F(PictureFolder, InAnArchiveIsTheSame) {
  add("train/a/2.png", 4, 5, 3, 1);
  add("train/a/10.png", 4, 5, 3, 2);
  add("train/b/1.png", 4, 5, 3, 3);
  add("test/b/1.png", 4, 5, 3, 4);
  add_file("test/a/broken.png", "nothing");
  create_folders(path("set/train/empty"));
  const Dataset truth = open();
  tar("-cf", "plain.tar");
  tar("-czf", "packed.tar.gz");
  tar("-czf", "flat.tgz", "-C set train test");
  tar("-cPf", "absolute.tar", "'" + path("set") + "'");
  tar("-cPf", "around.tar", "set/./train set/train/../test");
  for (const char* name : {"plain.tar", "packed.tar.gz", "flat.tgz", "absolute.tar", "around.tar"}) {
    const Dataset data = open_dataset(path(name), kWhole);
    EXPECT_EQ(data.hash, truth.hash) << name;
    EXPECT_EQ(data.class_names, truth.class_names) << name;
    ASSERT_THAT(data.broken, SizeIs(1)) << name;
    EXPECT_THAT(data.broken[0].where, HasSubstr(std::string(name) + "/")) << name;
  }
  EXPECT_EQ(open_dataset(path("packed.tar.gz"), kWhole).name, "packed");
  const std::string whole = read_file(path("packed.tar.gz"));
  write_file_atomically(path("cut.tar.gz"), whole.substr(0, whole.size() / 2));
  EXPECT_THAT(refusal([&] { open_dataset(path("cut.tar.gz")); }),
              HasSubstr("cut.tar.gz: the compressed data end early"));
  std::string changed = whole;
  changed[whole.size() - 8] = static_cast<char>(changed[whole.size() - 8] ^ 1);
  write_file_atomically(path("changed.tar.gz"), changed);
  EXPECT_THAT(refusal([&] { open_dataset(path("changed.tar.gz")); }), HasSubstr("changed.tar.gz: the compressed data are damaged"));
}

TEST_F(PictureFolder, InAnArchiveTheLastOfANameIsWhatUnpackingLeaves) {
  add("a/1.png", 4, 5, 3, 1);
  add("b/1.png", 4, 5, 3, 2);
  tar("-cf", "twice.tar");
  add("a/1.png", 4, 5, 3, 3);
  tar("-rf", "twice.tar", "set/a/1.png");
  EXPECT_EQ(open_dataset(path("twice.tar"), kWhole).hash, open().hash);
}

TEST_F(PictureFolder, InAZipIsTheSame) {
  add("train/a/2.png", 4, 5, 3, 1);
  add("train/b/1.png", 4, 5, 3, 3);
  add("train/кот/ä.png", 4, 5, 3, 5);
  add("test/b/1.png", 4, 5, 3, 4);
  add_file("test/a/broken.png", "nothing");
  add_file("train/b/.hidden", "nothing");
  add_file("test/a/2.ppm", "P6 2 1 255\nabcdef");
  const Dataset truth = open();
  const auto pack = [&](const std::string& archive, bool compressed) {
    int code = 0;
    zip_t* const zip = zip_open(path(archive).c_str(), ZIP_CREATE | ZIP_EXCL, &code);
    ASSERT_NE(zip, nullptr);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path("set"))) {
      const std::string name = entry.path().string().substr(folder_.path().size() + 1);
      if (entry.is_directory()) {
        ASSERT_GE(zip_dir_add(zip, name.c_str(), ZIP_FL_ENC_UTF_8), 0);
        continue;
      }
      const zip_int64_t at = zip_file_add(zip, name.c_str(), zip_source_file(zip, entry.path().c_str(), 0, -1),
                                         ZIP_FL_ENC_UTF_8);
      ASSERT_GE(at, 0);
      zip_set_file_compression(zip, static_cast<zip_uint64_t>(at), compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    }
    ASSERT_EQ(zip_close(zip), 0);
  };
  pack("stored.zip", false);
  pack("packed.zip", true);
  for (const char* name : {"stored.zip", "packed.zip"}) {
    const Dataset data = open_dataset(path(name), kWhole);
    EXPECT_EQ(data.hash, truth.hash) << name;
    EXPECT_EQ(data.class_names, truth.class_names) << name;
    EXPECT_THAT(paths(data.train), ElementsAre("set/train/a/2.png", "set/train/b/1.png", "set/train/кот/ä.png"))
        << name;
    EXPECT_EQ(data.test.size(), 2) << name;
    ASSERT_THAT(data.broken, SizeIs(1)) << name;
    EXPECT_THAT(data.broken[0].where, HasSubstr(std::string(name) + "/set/test/a/broken.png")) << name;
  }
  std::string whole = read_file(path("stored.zip"));
  std::string changed = whole;
  changed[whole.find("abcdef")] = 'A';
  write_file_atomically(path("changed.zip"), changed);
  const Dataset data = open_dataset(path("changed.zip"), kWhole);
  ASSERT_THAT(data.broken, SizeIs(2));
  EXPECT_THAT(data.broken[0].where + data.broken[1].where, HasSubstr("set/test/a/2.ppm"));
  write_file_atomically(path("cut.zip"), whole.substr(0, whole.size() / 2));
  EXPECT_THAT(refusal([&] { open_dataset(path("cut.zip"), kWhole); }), HasSubstr("cut.zip"));
  for (size_t at; (at = whole.find("кот")) != std::string::npos;) whole[at] = '\xff';
  write_file_atomically(path("bytes.zip"), whole);
  EXPECT_THAT(refusal([&] { open_dataset(path("bytes.zip"), kWhole); }), HasSubstr("bytes.zip: the name of entry "));
}

TEST_F(PictureFolder, LinksInAnArchiveAreFollowedOrNamed) {
  add("a/1.png", 4, 5, 3, 10);
  add("b/1.png", 4, 5, 3, 50);
  std::filesystem::create_hard_link(path("set/a/1.png"), path("set/b/2.png"));
  std::filesystem::create_symlink("../a/1.png", path("set/b/3.png"));
  std::filesystem::create_symlink("3.png", path("set/b/4.png"));
  std::filesystem::create_symlink("5.png", path("set/b/5.png"));
  std::filesystem::create_symlink("/elsewhere/6.png", path("set/b/6.png"));
  std::filesystem::create_directory_symlink("a", path("set/c"));
  tar("-cf", "links.tar");
  const Dataset data = open_dataset(path("links.tar"), kWhole);
  EXPECT_THAT(paths(data.train),
              ElementsAre("set/a/1.png", "set/b/1.png", "set/b/2.png", "set/b/3.png", "set/b/4.png"));
  std::vector<int> values;
  for (int64_t i = 0; i < data.train.size(); ++i) values.push_back(data.train.bytes(i)[20]);
  EXPECT_THAT(values, ElementsAre(10, 50, 10, 10, 10));
  std::vector<std::string> lines;
  for (const BrokenFile& broken : data.broken)
    lines.push_back(broken.where.substr(path("links.tar/set/").size()) + ": " + broken.what);
  EXPECT_THAT(lines, ElementsAre("c: is a link to set/a, which is no file of the archive",
                                 "b/5.png: is a link to set/b/5.png, which is no file of the archive",
                                 "b/6.png: is a link to elsewhere/6.png, which is no file of the archive"));
}

TEST_F(PictureFolder, LinksThatLeadInCirclesArePassedOver) {
  add("a/1.png");
  add("b/1.png");
  std::filesystem::create_directory_symlink(".", path("set/a/here"));
  std::filesystem::create_directory_symlink("..", path("set/a/up"));
  std::filesystem::create_directory_symlink("../a", path("set/b/other"));
  std::filesystem::create_directory_symlink(".", path("set/c"));
  EXPECT_THAT(paths(open().train), ElementsAre("a/1.png", "b/1.png", "b/other/1.png"));
  EXPECT_THAT(open().class_names, ElementsAre("a", "b"));
}

TEST_F(PictureFolder, AManifestNamesPathsLabelsAndSplits) {
  add("1.png", 4, 5, 3, 1);
  add("2.png", 4, 5, 3, 2);
  add("deep, er/3.png", 4, 5, 3, 3);
  add_file("set.csv",
           "\xef\xbb\xbfsplit,label,other,path\r\n"
           "train,dog,,1.png\r\n"
           "test,\"a \"\"cat\"\"\",x,2.png\r\n"
           "\r\n"
           "val,dog,x,\"deep, er/3.png\"\r\n");
  const Dataset data = open_dataset(path("set/set.csv"));
  EXPECT_THAT(data.class_names, ElementsAre("a \"cat\"", "dog"));
  EXPECT_THAT(labels(data.train), ElementsAre(1));
  EXPECT_THAT(labels(data.test), ElementsAre(0));
  EXPECT_EQ(data.validation.bytes(0)[10], 3);
  EXPECT_EQ(data.name, "set");
}

TEST_F(PictureFolder, AManifestsBadLinesAreNamed) {
  add("1.png");
  add_file("set.csv", "1.png,0\n1.png\n,0\n1.png,\n1.png,0,tset\n1.png,2,test\nnone.png,1\n1.png,1,train,more\n");
  const Dataset data = open_dataset(path("set/set.csv"), kWhole);
  EXPECT_EQ(data.classes, 3);
  EXPECT_THAT(data.class_names, IsEmpty());
  EXPECT_THAT(labels(data.train), ElementsAre(0));
  EXPECT_THAT(labels(data.test), ElementsAre(2));
  std::vector<std::string> lines;
  for (const BrokenFile& broken : data.broken)
    lines.push_back(broken.where.substr(path("set/").size()) + ": " + broken.what);
  EXPECT_THAT(lines, ElementsAre("set.csv: line 2: too few columns (got 1, expected 2)", "set.csv: line 3: no path",
                                 "set.csv: line 4: no label",
                                 "set.csv: line 5: unknown split (got \"tset\", expected train, validation or test)",
                                 "set.csv: line 8: too many columns (got 4, expected path,label[,split])",
                                 "none.png: cannot open: No such file or directory"));
  const auto refused = [&](const std::string& content, bool strict = false) {
    add_file("set.csv", content);
    return refusal([&] { open_dataset(path("set/set.csv"), {.pictures = {.strict = strict}}); });
  };
  EXPECT_THAT(refused("1.png,0\n1.png\n", true), HasSubstr("set.csv: line 2: too few columns"));
  EXPECT_THAT(refused("1.png,0\n\"1.png,0\n"), HasSubstr("set.csv: line 2: a quote is not closed"));
  EXPECT_THAT(refused("\"1.png\"x,0\n"), HasSubstr("set.csv: line 1: text behind a closing quote"));
  EXPECT_THAT(refused("path,label\n"), HasSubstr("set.csv: names no pictures"));
  EXPECT_THAT(refused(""), HasSubstr("set.csv: holds no lines"));
}

TEST_F(PictureFolder, NamesThatAreNoUtf8AreMadeReadable) {
  add("a/1.png");
  add("caf\xe9/1.png");
  EXPECT_THAT(open().class_names, ElementsAre("a", "caf\uFFFD"));
  add("caf\xe8/1.png");
  EXPECT_EQ(refused(), "set: two classes have the same name where what is not UTF-8 is shown as \uFFFD (got \"caf\uFFFD\" twice)");
}

TEST_F(PictureFolder, MayHaveNothingButAValidationSplit) {
  add("val/a/1.png");
  const Dataset data = open(DataOptions{});
  EXPECT_EQ(data.picture_shape(), Shape({4, 5, 3}));
  EXPECT_EQ(data.dtype(), DType::u8);
}

TEST_F(PictureFolder, TellsHowItWasCut) {
  for (int i = 0; i < 10; ++i) add(fmt::format("a/{}.png", i), 4, 5, 3, static_cast<uint8_t>(i));
  const auto cut = [&](uint64_t seed, double share) { return open({.validation_split = share, .split_seed = seed}).cut; };
  EXPECT_EQ(cut(0, 0.5), cut(0, 0.5));
  EXPECT_NE(cut(0, 0.5), cut(1, 0.5));
  EXPECT_NE(cut(0, 0.5), cut(0, 0.4));
  EXPECT_EQ(open({.validation_split = 0.5, .split_seed = 0}).hash, open({.validation_split = 0.5, .split_seed = 1}).hash);
}

TEST_F(PictureFolder, NumbersWithZerosBeforeThemInAManifestAreNames) {
  add("1.png");
  add_file("set.csv", "1.png,001\n1.png,002\n");
  EXPECT_THAT(open_dataset(path("set/set.csv"), kWhole).class_names, ElementsAre("001", "002"));
  add_file("set.csv", "1.png,1\n1.png,2\n");
  const Dataset data = open_dataset(path("set/set.csv"), kWhole);
  EXPECT_THAT(data.class_names, IsEmpty());
  EXPECT_TRUE(data.numbered);
}

TEST_F(PictureFolder, LargeNumbersInAManifestAreNames) {
  add("1.png");
  add_file("set.csv", "1.png,1999\n1.png,2005\n");
  EXPECT_THAT(open_dataset(path("set/set.csv"), kWhole).class_names, ElementsAre("1999", "2005"));
}

// image_dataset_from_directory over three files of two classes; tools/golden_pictures.py.
TEST_F(PictureFolder, IsWhatKerasMakesOfIt) {
  const Npz golden(source_tree("tests/golden/pictures/from_directory.npz"));
  const auto write = [&](const std::string& key, const std::string& name) {
    const Array pixels = golden.read("file_" + key);
    Image image(pixels.shape()[0], pixels.shape()[1], 3);
    std::copy_n(pixels.values<uint8_t>().data(), image.pixels.size(), image.pixels.data());
    write_picture(path("set/" + name), image);
  };
  write("b_2_png", "b/2.png");
  write("b_10_png", "b/10.png");
  write("a_x_png", "a/x.png");
  // Its pad is tf.image.resize_with_pad, ours that of the layer Resizing: Resizing.AgreesWithKeras.
  for (const char* how : {"stretch", "crop"}) {
    const Dataset data =
        open({.validation_split = 0, .pictures = {.size = PictureSize{12, 10}, .resizing = {parse_resize(how, "f")}}});
    const Array expected = golden.read(std::string("directory_") + how), labels = golden.read("labels");
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(data.train.label(i), labels.values<int32_t>()[static_cast<size_t>(i)]);
      for (int k = 0; k < 12 * 10 * 3; ++k)
        ASSERT_NEAR(data.train.bytes(i)[k], expected.values<float>()[static_cast<size_t>(i * 360 + k)], 0.501f) << how;
    }
  }
  for (const char* name : {"nearest", "pillow_bilinear", "pillow_bicubic", "pillow_lanczos"})
    for (const Resize how : {Resize::stretch, Resize::crop}) {
      const Dataset data =
          open({.validation_split = 0,
                .pictures = {.size = PictureSize{12, 10}, .resizing = {how, parse_interpolation(name, "f")}}});
      std::string key = name;
      if (key.starts_with("pillow_")) key.erase(0, 7);
      const Array expected = golden.read(fmt::format("load_img_{}_{}", key, to_string(how)));
      ASSERT_EQ(data.train.origin(1)->path, "b/10.png");
      for (size_t k = 0; k < 360; ++k) ASSERT_EQ(data.train.bytes(1)[k], expected.values<uint8_t>()[k]) << name;
    }
}

// Of ten pictures, a quarter: image_dataset_from_directory takes two, fit(validation_split) three. Of 17 it takes
// floor(17 * 0.3) = 5.
TEST_F(PictureFolder, ItsTailIsCutAsKerasCutsAFoldersFiles) {
  const auto add_up_to = [&](int count) {
    for (int i = 0; i < count; ++i)
      add((i < 5 ? "a/" : "b/") + std::to_string(i) + ".png", 4, 5, 3, static_cast<uint8_t>(i));
  };
  add_up_to(10);
  const Dataset data = open({.validation_split = 0.25, .validation_split_mode = CutRule::tail});
  EXPECT_THAT(paths(data.validation), ElementsAre("b/8.png", "b/9.png"));
  EXPECT_EQ(data.train.size(), 8);
  add_up_to(17);
  EXPECT_EQ(open({.validation_split = 0.3, .validation_split_mode = CutRule::tail}).validation.size(), 5);
}

TEST_F(PictureFolder, LargeJpegsMayBeDecodedSmaller) {
  create_folders(path("set/a"));
  std::filesystem::copy(source_tree("tests/golden/pictures/exif1.jpg"), path("set/a/1.jpg"));
  const auto at = [&](bool scaled) {
    return open({.validation_split = 0, .pictures = {.size = PictureSize{3, 2}, .scaled_decoding = scaled}});
  };
  EXPECT_NE(at(true).hash, at(false).hash);
  EXPECT_EQ(at(true).train.origin(0)->height, 13) << "its own height";
}

TEST_F(PictureFolder, APictureThatIsTooLargeIsBroken) {
  add("a/1.png");
  add_file("a/2.ppm", "P6 60000 60000 255\n");
  ASSERT_THAT(open().broken, SizeIs(1));
  EXPECT_THAT(open().broken[0].what, HasSubstr("the picture is too large (got 60000x60000 pixels"));
}

TEST_F(PictureFolder, ThatWouldNotFitIntoMemoryIsRefused) {
  add("a/1.png");
  EXPECT_THAT(refused({.pictures = {.size = PictureSize{1'000'000, 1'000'000}}}, ErrorKind::failed),
              HasSubstr("set: 1 pictures of 1000000x1000000 do not fit into memory (got 3000.0 GB"));
}

}  // namespace
}  // namespace fovea
