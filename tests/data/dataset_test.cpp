#include "fovea/data/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/data/make_data.h"
#include "tests/harness/damage.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const DataOptions kWhole{.validation_split = 0};

class DatasetTest : public testing::Test {
 protected:
  std::string folder() const { return folder_.path(); }
  std::string refused(const std::string& spec, const DataOptions& options = {},
                      ErrorKind kind = ErrorKind::file) const {
    return refusal([&] { open_dataset(spec, options); }, kind);
  }
  TemporaryFolder folder_;
};

// Debian's package; script/bootstrap installs it.
TEST(FashionMnist, IsThereWithItsKnownCounts) {
  const Dataset data = open_dataset("fashion-mnist");
  EXPECT_EQ(data.name, "fashion-mnist");
  EXPECT_EQ(data.classes, 10);
  EXPECT_EQ(data.picture_shape(), Shape({28, 28, 1}));
  EXPECT_EQ(data.dtype(), DType::u8);
  EXPECT_EQ(data.test.size(), 10'000);
  EXPECT_THAT(data.test.class_counts(10), Each(1000));
  EXPECT_THAT(data.train.class_counts(10), Each(5400));
  EXPECT_THAT(data.validation.class_counts(10), Each(600));
  EXPECT_EQ(data.class_name(9), "Ankle boot");
  EXPECT_EQ(data.hash.size(), 16u);
}

TEST(FashionMnist, ItsFirstPicturesAreTheKnownOnes) {
  const Dataset data = open_dataset("fashion-mnist", {.validation_split = 0, .load_test = false});
  EXPECT_EQ(data.train.size(), 60'000);
  EXPECT_TRUE(data.validation.empty());
  EXPECT_TRUE(data.test.empty());
  std::vector<int32_t> labels;
  for (int i = 0; i < 10; ++i) labels.push_back(data.train.label(i));
  EXPECT_THAT(labels, ElementsAre(9, 0, 0, 3, 0, 2, 7, 2, 5, 5));
  int64_t sum = 0;
  for (int i = 0; i < 784; ++i) sum += data.train.bytes(0)[i];
  EXPECT_EQ(sum, 76247);
}

TEST_F(DatasetTest, ReadsMnistsFilesInAFolderOrOneBelow) {
  create_folders(folder_ / "raw");
  write_idx_pair(folder_ / "raw", "train", {3, 1, 4});
  write_idx_pair(folder_ / "raw", "t10k", {5});
  for (const std::string& place : {folder_ / "raw", folder()}) {
    const Dataset data = open_dataset("mnist:" + place, kWhole);
    EXPECT_EQ(data.picture_shape(), Shape({2, 3, 1}));
    EXPECT_EQ(data.train.size(), 3);
    EXPECT_EQ(data.train.label(2), 4);
    EXPECT_THAT(std::vector<uint8_t>(data.train.bytes(1), data.train.bytes(1) + 6), ElementsAre(6, 7, 8, 9, 10, 11));
    EXPECT_EQ(data.test.label(0), 5);
    EXPECT_EQ(data.class_names[7], "7");
  }
}

TEST_F(DatasetTest, ReadsOnlyWhatIsWanted) {
  write_idx_pair(folder(), "train", {3, 1, 4});
  const Dataset data = open_dataset("mnist:" + folder(), {.validation_split = 0, .load_test = false});
  EXPECT_EQ(data.train.size(), 3);
  EXPECT_TRUE(data.test.empty());
  EXPECT_THAT(refused("mnist:" + folder()), HasSubstr("t10k-images-idx3-ubyte.gz: cannot open: No such file"));
}

TEST_F(DatasetTest, RefusesMnistFilesThatDoNotFit) {
  write_idx_pair(folder(), "train", {3, 1, 4});
  write_idx_pair(folder(), "t10k", {5});
  const std::string labels = folder_ / "train-labels-idx1-ubyte", pixels = folder_ / "train-images-idx3-ubyte";
  write_file_atomically(labels, idx_file({3}, {3, 10, 4}));
  EXPECT_EQ(refused("mnist:" + folder()),
            labels + ": label of picture 1 is outside the classes (got 10, expected 0 to 9)");
  write_file_atomically(labels, idx_file({2}, {3, 1}));
  EXPECT_EQ(refused("mnist:" + folder()), labels + ": there are not as many labels as pictures (got 2, expected 3)");
  write_file_atomically(labels, idx_file({3, 1}, {3, 1, 2}));
  EXPECT_THAT(refused("mnist:" + folder()), HasSubstr("holds no labels (got uint8 (3, 1)"));
  write_file_atomically(pixels, idx_file({3, 2}, {3, 1, 2, 4, 5, 6}));
  EXPECT_THAT(refused("mnist:" + folder()), HasSubstr("holds no pictures (got uint8 (3, 2)"));
  write_file_atomically(pixels, idx_file({0, 2, 3}, {}));
  EXPECT_THAT(refused("mnist:" + folder()), HasSubstr("holds no pictures"));
}

TEST_F(DatasetTest, ReadsCifarsPlanesAsPixels) {
  create_folders(folder_ / "cifar-10-batches-bin");
  write_cifar(folder_ / "cifar-10-batches-bin");
  const Dataset data = open_dataset("cifar10:" + folder(), kWhole);
  EXPECT_EQ(data.picture_shape(), Shape({32, 32, 3}));
  EXPECT_EQ(data.train.size(), 10);
  EXPECT_EQ(data.test.size(), 1);
  std::vector<int32_t> labels;
  for (int i = 0; i < 10; ++i) labels.push_back(data.train.label(i));
  EXPECT_THAT(labels, ElementsAre(1, 2, 2, 3, 3, 4, 4, 5, 5, 6));
  const uint8_t* pixel = data.train.bytes(3) + 3 * 40;  // row 1, column 8 of batch 2's second picture
  EXPECT_THAT(std::vector<uint8_t>(pixel, pixel + 3), ElementsAre(5, 40, 250));
  EXPECT_EQ(data.class_name(9), "truck");
}

TEST_F(DatasetTest, RefusesCifarFilesThatDoNotFit) {
  write_cifar(folder());
  const std::string batch = folder_ / "data_batch_3.bin", whole = read_file(batch);
  write_file_atomically(batch, whole.substr(0, 3073 + 3072));
  EXPECT_EQ(refused("cifar10:" + folder()),
            batch + ": is no file of CIFAR-10's binary version (got 6145 bytes, expected a multiple of 3073)");
  write_file_atomically(batch, "");
  EXPECT_THAT(refused("cifar10:" + folder()), HasSubstr("got 0 bytes"));
  write_file_atomically(batch, cifar_record(1, 0) + cifar_record(200, 0));
  EXPECT_EQ(refused("cifar10:" + folder()),
            batch + ": label of picture 1 is outside the classes (got 200, expected 0 to 9)");
  std::filesystem::remove(batch);
  EXPECT_EQ(refused("cifar10:" + folder()), batch + ": cannot open: No such file or directory");
  std::filesystem::remove(folder_ / "data_batch_1.bin");
  EXPECT_THAT(refused("cifar10:" + folder()), HasSubstr("there is no data_batch_1.bin here or one folder below"));
  EXPECT_THAT(refused("cifar10:" + folder() + "/none"),
              HasSubstr("there is no such folder (expected that of cifar10)"));
}

TEST_F(DatasetTest, LooksWhereKerasKeepsItAndSaysWhatIsMissing) {
  ASSERT_EQ(::setenv("KERAS_HOME", folder().c_str(), 1), 0);
  const std::string message = refused("cifar10");
  EXPECT_THAT(message, HasSubstr("cifar10: there is no data_batch_1.bin in " + folder_ / "datasets"));
  EXPECT_THAT(message, HasSubstr("www.cs.toronto.edu/~kriz/cifar.html"));
  EXPECT_THAT(message, HasSubstr("sha256 c4a38c50"));
  EXPECT_THAT(message, HasSubstr("put it there, or name its folder (cifar10:DIR)"));
  EXPECT_THAT(refused("mnist"), HasSubstr("sha256 440fcabf"));
  create_folders(folder_ / "datasets/cifar-10-batches-bin");
  write_cifar(folder_ / "datasets/cifar-10-batches-bin");
  EXPECT_EQ(open_dataset("cifar10", kWhole).train.size(), 10);
  const uint8_t pixels[] = {1, 2}, labels[] = {4, 7};
  const NamedTensor arrays[] = {{"x_train", DType::u8, {2, 1, 1}, pixels}, {"y_train", DType::u8, {2}, labels}};
  save_npz(folder_ / "datasets/mnist.npz", arrays);
  const Dataset mnist = open_dataset("mnist", kWhole);
  EXPECT_EQ(mnist.name, "mnist");
  EXPECT_EQ(mnist.classes, 10);
  EXPECT_EQ(mnist.train.label(1), 7);
  ::unsetenv("KERAS_HOME");
}

TEST_F(DatasetTest, TakesNoFolderOfAnotherDataSet) {
  ASSERT_EQ(::setenv("KERAS_HOME", folder().c_str(), 1), 0);
  const std::string datasets = folder_ / "datasets";
  const auto put = [&](const std::string& name, const std::vector<uint8_t>& labels) {
    create_folders(datasets + "/" + name);
    write_idx_pair(datasets + "/" + name, "train", labels);
    write_idx_pair(datasets + "/" + name, "t10k", {0});
  };
  const auto size = [](const std::string& spec) { return open_dataset(spec, kWhole).train.size(); };
  put("fashion-mnist", {1});
  put("KMNIST", {1, 2});
  EXPECT_THAT(refused("mnist"), HasSubstr("train-images-idx3-ubyte.gz in " + datasets + " or a folder mnist… there"));
  EXPECT_THAT(refused("mnist:" + datasets), HasSubstr("here or one folder below, other data sets' aside"));
  put("mnist", {1, 2, 3});
  EXPECT_EQ(size("mnist"), 3);
  EXPECT_EQ(size("mnist:" + datasets), 3);
  EXPECT_EQ(size("fashion-mnist"), 1);
  EXPECT_EQ(size("fashion-mnist:" + datasets), 1);
  std::filesystem::remove_all(datasets + "/fashion-mnist");
  EXPECT_THAT(refused("fashion-mnist:" + datasets), HasSubstr("there is no train-images-idx3-ubyte.gz here"));
  put("fashion", {1, 2, 3, 4});
  EXPECT_EQ(size("fashion-mnist:" + datasets), 4);
  EXPECT_EQ(size("mnist:" + datasets), 3);
  create_folders(datasets + "/words");
  write_file_atomically(datasets + "/words/train", "no CIFAR-100");
  EXPECT_THAT(refused("cifar100"), HasSubstr("there is no train.bin in"));
  ::unsetenv("KERAS_HOME");
}

TEST_F(DatasetTest, NamesNearMissesAndWhatThereIs) {
  EXPECT_EQ(refused("fashon-mnist", {}, ErrorKind::usage),
            "data: unknown data set \"fashon-mnist\"; did you mean \"fashion-mnist\"? (expected fashion-mnist, mnist, "
            "cifar10, cifar100, a folder of pictures, FILE.csv, FILE.npz or an archive)");
  EXPECT_THAT(refused("cifar10:", {}, ErrorKind::usage), HasSubstr("no folder after the colon"));
  EXPECT_THAT(refused("no/such.npz"), HasSubstr("there is no such file or folder"));
}

// Arrays by hand, with what is wrong about them.
class NpzDataTest : public DatasetTest {
 protected:
  void add(const std::string& name, DType dtype, const Shape& shape, const void* data) {
    arrays_.push_back({name, dtype, shape, data});
  }
  std::string path() {
    save_npz(folder_ / "set.npz", arrays_);
    return folder_ / "set.npz";
  }
  std::string message() { return refused(path()).substr((folder_ / "set.npz").size()); }

  std::vector<NamedTensor> arrays_;
  const uint8_t pixels_[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  const float floats_[8] = {.5f, 1, 2, 3, 4, 5, 6, 7};
  const int64_t labels_[4] = {0, 2, 1, 0};
};

TEST_F(NpzDataTest, ReadsBytesWithoutChannels) {
  add("x_train", DType::u8, {4, 1, 2}, pixels_);
  add("y_train", DType::i64, {4}, labels_);
  const Dataset data = open_dataset(path(), kWhole);
  EXPECT_EQ(data.name, "set");
  EXPECT_EQ(data.classes, 3);
  EXPECT_THAT(data.class_names, IsEmpty());
  EXPECT_EQ(data.class_name(2), "2");
  EXPECT_EQ(data.picture_shape(), Shape({1, 2, 1}));
  EXPECT_EQ(data.train.bytes(1)[0], 3);
  EXPECT_EQ(data.train.label(1), 2);
  EXPECT_TRUE(data.test.empty());
}

TEST_F(NpzDataTest, ReadsFloatsAndOneHotLabels) {
  const float one_hot[] = {0, 0, 1, 1, 0, 0};
  const uint8_t column[] = {0, 1};
  add("x_train", DType::f32, {2, 1, 2, 2}, floats_);
  add("y_train", DType::f32, {2, 3}, one_hot);
  add("x_test", DType::f32, {2, 1, 2, 2}, floats_);
  add("y_test", DType::u8, {2, 1}, column);
  const Dataset data = open_dataset(path(), {.validation_split = 0, .class_names = {"a", "b", "c"}});
  EXPECT_EQ(data.dtype(), DType::f32);
  EXPECT_EQ(data.train.floats(0)[0], .5f);
  EXPECT_EQ(data.train.label(0), 2);
  EXPECT_EQ(data.test.label(1), 1);
  EXPECT_EQ(data.class_name(2), "c");
  EXPECT_TRUE(open_dataset(path(), {.load_train = false}).train.empty());
}

TEST_F(NpzDataTest, MakesFloatsOfDoubles) {
  const double doubles[] = {0.1, 0.5, 1, 2};
  add("x_train", DType::f64, {4, 1, 1}, doubles);
  add("y_train", DType::i64, {4}, labels_);
  const Dataset data = open_dataset(path(), kWhole);
  EXPECT_EQ(data.dtype(), DType::f32);
  EXPECT_EQ(data.picture_shape(), Shape({1, 1, 1}));
  EXPECT_EQ(data.train.floats(0)[0], 0.1f);
}

TEST_F(NpzDataTest, ItsNameMayBeAnything) {
  add("x_train", DType::u8, {4, 1, 2}, pixels_);
  add("y_train", DType::i64, {4}, labels_);
  std::filesystem::rename(path(), folder_ / "digits");
  EXPECT_EQ(open_dataset(folder_ / "digits", kWhole).name, "digits");
  write_file_atomically(folder_ / "a.npz", "not a zip");
  EXPECT_THAT(refused(folder_ / "a.npz"), HasSubstr("cannot read it as an npz"));
}

TEST_F(NpzDataTest, RefusesNumbersThatAreNotFinite) {
  float bad[8] = {};
  bad[5] = NAN;
  add("x_train", DType::f32, {2, 1, 2, 2}, bad);
  add("y_train", DType::i64, {2}, labels_);
  EXPECT_EQ(message(),
            ": x_train: picture 1 holds a number that is not finite (got nan at row 0, column 0, channel 1)");
}

TEST_F(NpzDataTest, RefusesArraysThatAreMissing) {
  add("x", DType::u8, {4, 1, 2}, pixels_);
  EXPECT_EQ(message(), ": has no array \"x_train\"; this file has x");
  add("x_train", DType::u8, {4, 1, 2}, pixels_);
  EXPECT_THAT(message(), HasSubstr("has no array \"y_train\""));
  add("y_train", DType::i64, {4}, labels_);
  EXPECT_THAT(refused(path(), {.validation_is_test = true}), HasSubstr("no test split to validate on"));
  EXPECT_THAT(refused(path(), {.load_train = false}), HasSubstr("has no array \"x_test\""));
}

TEST_F(NpzDataTest, RefusesOtherShapesAndTypes) {
  add("y_train", DType::i64, {4}, labels_);
  const auto refuse = [&](DType dtype, const Shape& shape) {
    arrays_.resize(1);
    add("x_train", dtype, shape, floats_);
    return message();
  };
  EXPECT_EQ(refuse(DType::i32, {1, 1, 1}),
            ": x_train: pictures of this type cannot be read (got int32, expected uint8, float32 or float64)");
  EXPECT_THAT(refuse(DType::u8, {4, 2}), HasSubstr("no pictures (got shape (4, 2)"));
  EXPECT_THAT(refuse(DType::u8, {0, 2, 2}), HasSubstr("there are no pictures"));
  EXPECT_THAT(refuse(DType::u8, {3, 1, 1}), HasSubstr("not as many labels as pictures (got 4, expected 3)"));
}

TEST_F(NpzDataTest, RefusesTestPicturesUnlikeTheOthers) {
  add("x_train", DType::u8, {4, 1, 2}, pixels_);
  add("y_train", DType::i64, {4}, labels_);
  add("x_test", DType::u8, {4, 2, 1}, pixels_);
  add("y_test", DType::i64, {4}, labels_);
  EXPECT_THAT(refused(path()),
              HasSubstr("unlike the training pictures (got uint8 (2, 1, 1), expected uint8 (1, 2, 1))"));
}

TEST_F(NpzDataTest, RefusesLabelsThatAreNoClasses) {
  add("x_train", DType::u8, {2, 2, 2}, pixels_);
  const auto refuse = [&](DType dtype, const Shape& shape, const void* data) {
    arrays_.resize(1);
    add("y_train", dtype, shape, data);
    return message();
  };
  const int64_t negative[] = {0, -1}, huge[] = {0, int64_t{1} << 40};
  const double half[] = {0, 0.5};
  const uint8_t two_ones[] = {1, 0, 1, 1}, no_one[] = {0, 1, 0, 0}, other[] = {0, 1, 2, 1};
  EXPECT_EQ(refuse(DType::i64, {2}, negative),
            ": y_train: label of picture 1 is no class (got -1, expected a whole number from 0 on)");
  EXPECT_THAT(refuse(DType::i64, {2}, huge), HasSubstr("got 1099511627776"));
  EXPECT_THAT(refuse(DType::f64, {2}, half), HasSubstr("got 0.5"));
  EXPECT_THAT(refuse(DType::u8, {2, 2}, two_ones), HasSubstr("row 1 is not one-hot (got 2 ones"));
  EXPECT_THAT(refuse(DType::u8, {2, 2}, no_one), HasSubstr("row 1 is not one-hot (got 0 ones"));
  EXPECT_THAT(refuse(DType::u8, {2, 2}, other), HasSubstr("row 1 is not one-hot (got 1 ones and 1 other"));
  EXPECT_THAT(refuse(DType::u8, {1, 2, 2}, other), HasSubstr("labels of this shape"));
  arrays_.resize(1);
  add("y_train", DType::i64, {2}, labels_ + 1);
  EXPECT_THAT(refused(path(), {.class_names = {"a", "b"}}),
              HasSubstr("y_train: label of picture 0 is outside the classes (got 2, expected 0 to 1)"));
}

class SplitTest : public DatasetTest {
 protected:
  SplitTest() {
    std::vector<uint8_t> labels;
    for (uint8_t i = 0; i < 40; ++i) labels.push_back(i % 4);
    write_idx_pair(folder(), "train", labels);
    write_idx_pair(folder(), "t10k", {1, 2});
  }
  Dataset open(const DataOptions& options = {}) const { return open_dataset("mnist:" + folder(), options); }
};

TEST_F(SplitTest, ATenthValidatesByDefault) {
  const Dataset data = open();
  EXPECT_EQ(data.train.size(), 36);
  EXPECT_EQ(data.validation.size(), 4);
  EXPECT_THAT(data.validation.class_counts(4), Each(1));
  // No picture is copied: both look into the same memory.
  EXPECT_EQ(data.validation.bytes(0) - data.train.bytes(0), 6 * (data.validation.place(0) - data.train.place(0)));
}

TEST_F(SplitTest, TheSeedChoosesThem) {
  const auto places = [&](uint64_t seed) {
    const Dataset data = open({.validation_split = 0.5, .split_seed = seed});
    std::vector<int64_t> all;
    for (int64_t i = 0; i < data.validation.size(); ++i) all.push_back(data.validation.place(i));
    return all;
  };
  EXPECT_EQ(places(0), places(0));
  EXPECT_NE(places(0), places(1));
  EXPECT_THAT(places(0), SizeIs(20));
}

TEST_F(SplitTest, TailIsKerass) {
  const Dataset data = open({.validation_split = 0.25, .validation_split_mode = CutRule::tail});
  EXPECT_EQ(data.train.size(), 30);
  EXPECT_EQ(data.validation.place(0), 30);
  // floor(40 * (1 - 0.26)) = 29
  EXPECT_EQ(open({.validation_split = 0.26, .validation_split_mode = CutRule::tail}).train.size(), 29);
}

TEST_F(SplitTest, TheTestSplitMayValidate) {
  const Dataset data = open({.validation_is_test = true, .load_test = false});
  EXPECT_EQ(data.train.size(), 40);
  EXPECT_EQ(data.validation.size(), 2);
  EXPECT_EQ(data.validation.label(1), 2);
}

TEST_F(SplitTest, RefusesSharesThatCannotBe) {
  for (const double share : {-0.1, 1.0, std::nan("")})
    EXPECT_THAT(refused("mnist:" + folder(), {.validation_split = share}, ErrorKind::usage),
                HasSubstr("expected from 0 to below 1"));
  EXPECT_EQ(refused("mnist:" + folder(), {.validation_split = 0.001}, ErrorKind::usage),
            "validation split: a share of 0.001 of 40 pictures leaves none for validation");
  EXPECT_EQ(refused("mnist:" + folder(), {.validation_split = 0.99, .validation_split_mode = CutRule::tail},
                    ErrorKind::usage),
            "validation split: a share of 0.99 of 40 pictures leaves none for training");
}

TEST_F(SplitTest, DataTooSmallForATenthValidateNothing) {
  write_idx_pair(folder(), "train", {1, 2, 3});
  EXPECT_EQ(open().train.size(), 3);
  EXPECT_TRUE(open().validation.empty());
}

TEST_F(SplitTest, TheHashSeesPicturesAndLabels) {
  const std::string hash = open().hash;
  EXPECT_EQ(open({.validation_split = 0.5}).hash, hash);
  write_idx_pair(folder(), "t10k", {1, 3});
  EXPECT_NE(open().hash, hash);
}

TEST_F(SplitTest, ClassNamesMustBeAsManyAsTheClasses) {
  EXPECT_THAT(refused("mnist:" + folder(), {.class_names = {"a"}}, ErrorKind::usage),
              HasSubstr("not as many as mnist has classes (got 1, expected 10)"));
}

}  // namespace
}  // namespace fovea
