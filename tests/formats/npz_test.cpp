#include "fovea/formats/npz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/formats/golden_files.h"
#include "tests/harness/damage.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Npz, ReadsWhatNumpyWrites) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const Npz npz(golden_file(name));
    EXPECT_THAT(npz.names(), ElementsAre("x", "label", "noise"));
    EXPECT_THAT(npz.read("x").values<float>(), ElementsAre(0, .25f, .5f, .75f, 1, 1.25f));
    EXPECT_THAT(npz.read("label").values<int64_t>(), ElementsAre(0, 1, 2, 3));
    EXPECT_EQ(npz.header("noise").shape, Shape({50, 50}));
    EXPECT_EQ(npz.header("noise").dtype, DType::u8);
    EXPECT_EQ(npz.read("noise").bytes(), 2500u);
  }
}

TEST(Npz, WhatIsWrittenIsRead) {
  const TemporaryFolder folder;
  const float x[] = {1, 2, 3, 4};
  const int64_t y[] = {5, 6};
  const NamedTensor arrays[] = {
      {"block/x", DType::f32, {2, 2}, x}, {"y", DType::i64, {2}, y}, {"none", DType::u8, {0}, y}};
  for (const bool compress : {false, true}) {
    save_npz(folder / "a.npz", arrays, {.compress = compress});
    const Npz npz(folder / "a.npz");
    EXPECT_THAT(npz.names(), ElementsAre("block/x", "y", "none"));
    EXPECT_THAT(npz.read("block/x").values<float>(), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(npz.read("y").values<int64_t>(), ElementsAre(5, 6));
    EXPECT_EQ(npz.read("none").elements(), 0);
    const std::string first = read_file(folder / "a.npz");
    save_npz(folder / "a.npz", arrays, {.compress = compress});
    EXPECT_EQ(read_file(folder / "a.npz"), first);
  }
  save_npz(folder / "empty.npz", {});
  EXPECT_TRUE(Npz(folder / "empty.npz").names().empty());
}

TEST(Npz, NamesWhatIsThereWhereAnArrayIsMissing) {
  EXPECT_EQ(refusal([] { Npz(golden_file("stored.npz")).read("x_train"); }),
            golden_file("stored.npz") + ": has no array \"x_train\"; this file has x, label, noise");
}

TEST(Npz, RefusesOtherFiles) {
  EXPECT_THAT(refusal([] { Npz npz(golden_file("float32.npy")); }),
              HasSubstr("cannot read it as an npz (zip) archive"));
  EXPECT_THAT(refusal([] { Npz npz("/no/such.npz"); }), HasSubstr("No such file"));
}

TEST(Npz, SurvivesDamage) {
  const auto parse = [](Bytes bytes) {
    const Npz npz(bytes, "f");
    for (const std::string& name : npz.names()) npz.read(name);
  };
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const std::string file = read_file(golden_file(name));
    refuses_every_truncation(file, parse);
    survives_every_change(file, parse);
  }
}

// Damage to the numbers themselves is seen by the archive's checksum.
TEST(Npz, ComparesTheChecksum) {
  std::string file = read_file(golden_file("stored.npz"));
  const size_t noise = file.find(std::string(100, '\0'));
  file[noise + 50] = 1;
  EXPECT_THAT(refusal([&] { Npz(as_bytes(file), "f").read("noise"); }), HasSubstr("f: noise.npy: cannot read: CRC error"));
}

}  // namespace
}  // namespace fovea
