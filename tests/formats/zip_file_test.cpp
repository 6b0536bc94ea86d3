#include "fovea/formats/zip_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/harness/damage.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Members = std::vector<std::pair<std::string, Bytes>>;

TEST(ZipFile, WhatIsWrittenIsRead) {
  const TemporaryFolder folder;
  const std::string zeros(5000, '\0');
  const Members members = {{"metadata.json", as_bytes("{}")}, {"größe/x", as_bytes(zeros)}, {"empty", {}}};
  for (const bool compress : {false, true}) {
    save_zip(folder / "a.zip", members, {.compress = compress});
    const ZipFile zip(folder / "a.zip");
    EXPECT_THAT(zip.names(), ElementsAre("metadata.json", "größe/x", "empty"));
    EXPECT_EQ(zip.read("metadata.json", 2), "{}");
    EXPECT_EQ(zip.read("größe/x", 5000), zeros);
    EXPECT_EQ(zip.read("empty", 0), "");
    const std::string first = read_file(folder / "a.zip");
    EXPECT_EQ(first.find(zeros) == std::string::npos, compress);
    save_zip(folder / "a.zip", members, {.compress = compress});
    EXPECT_EQ(read_file(folder / "a.zip"), first);
  }
  save_zip(folder / "none.zip", {});
  EXPECT_TRUE(ZipFile(folder / "none.zip").names().empty());
}

TEST(ZipFile, RefusesAMemberThatIsTooLongBeforeItIsUnpacked) {
  const TemporaryFolder folder;
  const std::string zeros(100'000, '\0');
  save_zip(folder / "bomb.zip", Members{{"config.json", as_bytes(zeros)}}, {.compress = true});
  EXPECT_EQ(refusal([&] { ZipFile(folder / "bomb.zip").read("config.json", 99'999); }),
            folder / "bomb.zip" + ": config.json: is too long (got 100000 bytes, expected at most 99999)");
}

TEST(ZipFile, NamesWhatItMissesAndWhatItIsNot) {
  const TemporaryFolder folder;
  save_zip(folder / "a.zip", Members{{"config.json", as_bytes("{}")}});
  EXPECT_EQ(refusal([&] { ZipFile(folder / "a.zip").open("confg.json"); }),
            folder / "a.zip" + ": has no member \"confg.json\"; did you mean \"config.json\"?");
  EXPECT_THAT(refusal([] { ZipFile(as_bytes("no zip at all"), "f"); }), HasSubstr("f: cannot read it as a zip archive"));
  EXPECT_EQ(refusal([] { ZipFile(Bytes(), "f"); }), "f: is an empty file, expected a zip archive");
}

TEST(ZipFile, LeavesNoFileWhereWritingFails) {
  const TemporaryFolder folder;
  EXPECT_THAT(refusal([&] { save_zip(folder / "no/such.zip", Members{{"a", as_bytes("b")}}); }),
              HasSubstr("there is no folder"));
  EXPECT_TRUE(list_folder(folder.path()).empty());
}

TEST(ZipFile, SurvivesDamage) {
  const TemporaryFolder folder;
  const Members members = {{"a", as_bytes("some text")}, {"b", as_bytes("another text, some text")}};
  save_zip(folder / "a.zip", members, {.compress = true});
  const std::string file = read_file(folder / "a.zip");
  const auto parse = [](Bytes bytes) {
    const ZipFile zip(bytes, "f");
    for (const std::string& name : zip.names()) zip.read(name, 1000);
  };
  refuses_every_truncation(file, parse);
  survives_every_change(file, parse);
}

}  // namespace
}  // namespace fovea
