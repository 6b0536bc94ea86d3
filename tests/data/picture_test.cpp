#include "fovea/data/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fovea/data/fit_picture.h"
#include "fovea/data/preprocess.h"
#include "fovea/formats/npz.h"
#include "tests/data/make_data.h"
#include "tests/harness/files.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string golden_file(const std::string& name) {
  return source_tree("tests/golden/formats/" + name);
}

std::vector<float> fitted(const std::vector<float>& src, const Shape& from, const Shape& to,
                          Resize resize = Resize::stretch) {
  std::vector<float> dst(static_cast<size_t>(to.elements()), NAN);
  PictureFit(from, to, resize, "f").fit(src.data(), dst.data());
  return dst;
}

TEST(PictureFit, StretchesBetweenHalfPixelCentres) {
  EXPECT_THAT(fitted({0, 1, 4}, {1, 3, 1}, {1, 8, 1}),
              ElementsAre(0, .0625f, .4375f, .8125f, 1.5625f, 2.6875f, 3.8125f, 4));
  EXPECT_THAT(fitted({1, 2, 3, 4}, {1, 4, 1}, {1, 2, 1}), ElementsAre(1.5f, 3.5f));
}

TEST(PictureFit, CropsTheMiddleAndPadsWithBlack) {
  EXPECT_THAT(fitted({1, 2, 3, 4}, {1, 4, 1}, {1, 2, 1}, Resize::crop), ElementsAre(2, 3));
  EXPECT_THAT(fitted({1, 2, 3, 4, 5, 6, 7, 8}, {2, 4, 1}, {4, 4, 1}, Resize::pad),
              ElementsAre(0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0));
}

TEST(PictureFit, AgreesWithKeras) {
  const Npz golden(golden_file("resized.npz"));
  const Array src = golden.read("src");
  for (const std::string& name : golden.names()) {
    if (name == "src") continue;
    SCOPED_TRACE(name);
    const Array expected = golden.read(name);
    const Shape& shape = expected.shape();
    std::vector<float> dst(static_cast<size_t>(shape.elements()));
    PictureFit(src.shape(), shape, parse_resize(name.substr(0, name.find('_')), "f"), "f")
        .fit(src.values<uint8_t>().data(), dst.data());
    for (size_t i = 0; i < dst.size(); ++i) ASSERT_NEAR(dst[i], expected.values<float>()[i], 1e-4) << "number " << i;
  }
}

TEST(PictureFit, MakesGrayAsPillowDoes) {
  const Image image = load_picture(golden_file("rgb.png"));
  const Array expected = Npz(golden_file("pictures.npz")).read("gray_of_rgb_png");
  std::vector<float> gray(static_cast<size_t>(expected.elements()));
  PictureFit(shape_of(image), {13, 11, 1}, Resize::stretch, "f").fit(image.pixels.data(), gray.data());
  for (size_t i = 0; i < gray.size(); ++i) ASSERT_EQ(gray[i], expected.values<uint8_t>()[i]) << "pixel " << i;
}

TEST(PictureFit, MakesColourByRepetition) {
  EXPECT_THAT(fitted({1, 2}, {1, 2, 1}, {1, 2, 3}), ElementsAre(1, 1, 1, 2, 2, 2));
  EXPECT_THAT(fitted({255, 255, 255}, {1, 1, 3}, {1, 1, 1}), ElementsAre(255));
}

TEST(PictureFit, ThatFitsAlreadyIsKept) {
  EXPECT_THAT(fitted({1, 2, 3, 4}, {1, 2, 2}, {1, 2, 2}), ElementsAre(1, 2, 3, 4));
}

TEST(PictureFit, RefusesOtherChannels) {
  EXPECT_EQ(refusal(
                [] {
                  PictureFit({2, 2, 4}, {2, 2, 3}, Resize::stretch, "model");
                },
                ErrorKind::usage),
            "model: pictures of 4 channels cannot be made to have 3 (only 1 and 3 can be converted)");
  EXPECT_THAT(refusal([] { parse_resize("zoom", "--resize"); }, ErrorKind::usage),
              HasSubstr("expected stretch, crop or pad"));
}

TEST(Preprocess, AgreesWithKeras) {
  const Npz golden(golden_file("preprocessed.npz"));
  const Array src = golden.read("src");
  const std::vector<float> floats(src.values<uint8_t>().begin(), src.values<uint8_t>().end());
  for (const char* name : {"unit", "caffe", "tf", "torch"}) {
    SCOPED_TRACE(name);
    const Preprocess preprocess = parse_preprocess(name, "f");
    std::vector<float> dst(floats.size()), in_place = floats;
    apply_preprocess(preprocess, src.values<uint8_t>().data(), dst.data(), 256, 3);
    apply_preprocess(preprocess, in_place.data(), in_place.data(), 256, 3);
    EXPECT_EQ(dst, in_place);
    for (size_t i = 0; i < dst.size(); ++i)
      ASSERT_FLOAT_EQ(dst[i], golden.read(name).values<float>()[i]) << "number " << i;
  }
}

TEST(Preprocess, KeepsNumbersByNone) {
  const uint8_t src[] = {0, 128, 255};
  float dst[3];
  apply_preprocess(Preprocess::none, src, dst, 3, 1);
  EXPECT_THAT(dst, ElementsAre(0, 128, 255));
}

TEST(Preprocess, RefusesNamesAndChannels) {
  EXPECT_EQ(
      refusal([] { parse_preprocess("units", "--preprocess"); }, ErrorKind::usage),
      "--preprocess: unknown preprocessing (got \"units\", expected none, unit, caffe, tf or torch); did you mean "
      "\"unit\"?");
  EXPECT_THAT(refusal([] { check_preprocess(Preprocess::caffe, 1, "m"); }, ErrorKind::usage),
              HasSubstr("three channels (got 1)"));
  EXPECT_NO_THROW(check_preprocess(Preprocess::tf, 1, "m"));
}

TEST(PictureAddress, NamesASplitAndAPlace) {
  const auto address = parse_picture_address("cifar10:some/folder:test:3");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->data, "cifar10:some/folder");
  EXPECT_EQ(address->split, SplitKind::test);
  EXPECT_EQ(address->index, 3);
  for (const char* text : {"a.png", "fashion-mnist", "fashion-mnist:test", "x.npy:3", "a:b/x.npy:3",
                           "a:test:", "a:test:-1", "a:test:1x", ":test:1", "::", "a:test:99999999999999999999", ""})
    EXPECT_FALSE(parse_picture_address(text)) << text;
  EXPECT_EQ(refusal([] { parse_picture_address("mnist:tset:0"); }, ErrorKind::usage),
            "mnist:tset:0: unknown split (got \"tset\", expected train, validation or test)");
}

TEST(PictureAddress, OpensNoMoreThanItNeeds) {
  const TemporaryFolder folder;
  write_idx_pair(folder.path(), "t10k", {1, 2});
  write_file_atomically(folder / "train-images-idx3-ubyte", "damaged");
  PictureAddress address{"mnist:" + folder.path(), SplitKind::test, 1};
  const Dataset data = open_dataset(address.data, options_for(address));
  check_picture_address(address, data);
  EXPECT_EQ(data.split(address.split).label(address.index), 2);
  address.index = 2;
  EXPECT_THAT(refusal([&] { check_picture_address(address, data); }, ErrorKind::usage),
              HasSubstr(":test:2: there is no such picture (got 2, expected 0 to 1)"));
  address.split = SplitKind::train;
  EXPECT_THAT(refusal([&] { check_picture_address(address, data); }, ErrorKind::usage),
              HasSubstr("has no train pictures"));
}

TEST(PictureAddress, CountsTrainingPicturesBeforeAnyValidate) {
  const TemporaryFolder folder;
  write_idx_pair(folder.path(), "train", std::vector<uint8_t>(20, 1));
  const PictureAddress address{"mnist:" + folder.path(), SplitKind::train, 19};
  const Dataset data = open_dataset(address.data, options_for(address));
  check_picture_address(address, data);
  EXPECT_EQ(data.train.place(19), 19);
}

TEST(Picture, NamesTheFileThatCannotBeRead) {
  EXPECT_THAT(refusal([] { load_picture("/no/such.png"); }), HasSubstr("/no/such.png: cannot open"));
  EXPECT_THAT(refusal([] { load_picture(golden_file("float32.npy")); }), HasSubstr("not a picture that can be read"));
}

}  // namespace
}  // namespace fovea
