#include "fovea/formats/hdf5_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/formats/hdf5.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;

constexpr float kX[] = {0, .25f, .5f, .75f, 1, 1.25f};

void write_all_kinds(Hdf5Writer& writer) {
  const int64_t iteration = 7;
  const double y[] = {1, 2};
  const uint8_t bytes[] = {200, 3};
  writer.tensor({"conv2d/vars/0", DType::f32, {2, 3}, kX});
  writer.tensor({"/optimizer/vars/0", DType::i64, {}, &iteration});
  writer.tensor({"none", DType::f32, {0, 2}, nullptr});
  writer.tensor({"y", DType::f64, {2}, y});
  writer.tensor({"bytes", DType::u8, {2}, bytes});
  writer.group("layers/flatten/vars");
  writer.group("layers/flatten");
  writer.text("", "backend", "tensorflow");
  writer.text("conv2d/vars", "name", "Größe");
  writer.texts("", "layer_names", {"conv2d", "größer"});
  writer.texts("conv2d", "weight_names", {});
  writer.number("", "rate", 2.5);
  writer.number("", "count", int64_t{-3});
}

TEST(Hdf5Writer, WhatIsWrittenIsRead) {
  const TemporaryFolder folder;
  Hdf5Writer writer(folder / "a.h5");
  write_all_kinds(writer);
  write_file_atomically(folder / "a.h5", writer.finish());
  const Hdf5File file(folder / "a.h5");
  EXPECT_THAT(file.children(""), ElementsAre("bytes", "conv2d", "layers", "none", "optimizer", "y"));
  EXPECT_THAT(file.children("layers/flatten"), ElementsAre("vars"));
  EXPECT_EQ(file.read("conv2d/vars/0").shape(), Shape({2, 3}));
  EXPECT_THAT(file.read("conv2d/vars/0").values<float>(), ElementsAreArray(kX));
  EXPECT_THAT(file.read("optimizer/vars/0").values<int64_t>(), ElementsAre(7));
  EXPECT_EQ(file.read("none").shape(), Shape({0, 2}));
  EXPECT_THAT(file.read("y").values<float>(), ElementsAre(1, 2));
  EXPECT_THAT(file.read("bytes").values<int64_t>(), ElementsAre(200, 3));
  EXPECT_THAT(file.text("", "backend"), Optional(std::string("tensorflow")));
  EXPECT_THAT(file.text("conv2d/vars", "name"), Optional(std::string("Größe")));
  EXPECT_THAT(file.texts("", "layer_names"), Optional(ElementsAre("conv2d", "größer")));
  EXPECT_THAT(file.texts("conv2d", "weight_names"), Optional(IsEmpty()));
  EXPECT_THAT(file.number("", "rate"), Optional(2.5));
  EXPECT_THAT(file.number("", "count"), Optional(-3.));
}

TEST(Hdf5Writer, WritesTheSameBytesAgain) {
  std::string files[2];
  for (std::string& file : files) {
    Hdf5Writer writer("f");
    write_all_kinds(writer);
    file = as_text(writer.finish());
  }
  EXPECT_TRUE(files[0] == files[1]);
  EXPECT_EQ(files[0].substr(0, 9), std::string("\x89HDF\r\n\x1a\n\0", 9));  // the oldest superblock
}

// 64 KiB are the end of an attribute, by the longest text.
TEST(Hdf5Writer, CutsALongListIntoPieces) {
  Hdf5Writer writer("f");
  std::vector<std::string> names;
  for (int i = 0; i < 2001; ++i) names.push_back("a_layer_with_a_name_of_some_length_" + std::to_string(10'000 + i));
  writer.texts("", "layer_names", names);
  writer.texts("", "fits", {names.begin(), names.begin() + 1612});  // 64,480 bytes
  writer.text("", "config", std::string(200'000, 'x'));
  const Hdf5File file(writer.finish(), "f");
  EXPECT_THAT(file.texts("", "layer_names"), Optional(ElementsAreArray(names)));
  EXPECT_EQ(file.texts("", "layer_names0")->size(), 1001u);
  EXPECT_EQ(file.texts("", "layer_names1")->size(), 1000u);
  EXPECT_EQ(file.texts("", "layer_names2"), std::nullopt);
  EXPECT_EQ(file.texts("", "fits")->size(), 1612u);
  EXPECT_EQ(file.texts("", "fits0"), std::nullopt);
  EXPECT_EQ(file.text("", "config")->size(), 200'000u);
}

TEST(Hdf5Writer, RefusesWhatHdf5CannotHold) {
  Hdf5Writer writer("a.h5");
  writer.tensor({"x", DType::f32, {2, 3}, kX});
  EXPECT_THAT(refusal([&] { writer.tensor({"x", DType::f32, {2, 3}, kX}); }),
              HasSubstr("a.h5: libhdf5 cannot write \"x\""));
  EXPECT_THAT(refusal([&] { writer.tensor({"x/y", DType::f32, {2, 3}, kX}); }), HasSubstr("cannot write"));
  EXPECT_THAT(refusal([&] { writer.text("y", "name", "value"); }), HasSubstr("cannot write \"y\""));
  EXPECT_THAT(refusal([&] { writer.tensor({"h", DType::f16, {1}, kX}); }, ErrorKind::usage), HasSubstr("of float16"));
  EXPECT_THAT(refusal([&] { writer.text("x", "name", std::string("a\0b", 3)); }, ErrorKind::usage),
              HasSubstr("zero byte"));
  EXPECT_THAT(Hdf5File(writer.finish(), "f").read("x").values<float>(), ElementsAreArray(kX));
}

}  // namespace
}  // namespace fovea
