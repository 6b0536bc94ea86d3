#include "fovea/formats/gzip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fovea/formats/idx.h"
#include "tests/formats/golden_files.h"
#include "tests/harness/damage.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Gzip, StreamsInARowAreOneText) {
  const std::string file = read_file(golden_file("two_streams.gz"));
  EXPECT_EQ(gunzip(as_bytes(file), "f", 100), "one two");
  EXPECT_EQ(gunzip(as_bytes(file), "f", 7), "one two");
}

TEST(Gzip, RefusesMoreThanTheBound) {
  const std::string file = read_file(golden_file("two_streams.gz"));
  EXPECT_EQ(refusal([&] { gunzip(as_bytes(file), "f", 6); }),
            "f: the compressed data are too long (expected at most 6 bytes)");
}

TEST(Gzip, RefusesBytesBehindTheEnd) {
  EXPECT_THAT(refusal([] { gunzip(as_bytes(read_file(golden_file("two_streams.gz")) + "x"), "f", 100); }),
              HasSubstr("bytes behind the compressed data"));
}

TEST(Gzip, SurvivesDamage) {
  const std::string file = read_file(golden_file("pixels.idx.gz"));
  const auto parse = [](Bytes bytes) { gunzip(bytes, "f", 1000); };
  refuses_every_truncation(file, parse);
  survives_every_change(file, parse);
}

TEST(InflatingReader, ReadsPlainAndCompressedFilesAlike) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "plain", "one two");
  write_file_atomically(folder / "gz", read_file(golden_file("two_streams.gz")));
  for (const char* name : {"plain", "gz"}) {
    InflatingReader reader(folder / name);
    uint8_t piece[3];
    reader.read_exactly(piece);
    EXPECT_EQ(as_text(piece), "one");
    uint8_t rest[4];
    reader.read_exactly(rest);
    EXPECT_EQ(as_text(rest), " two");
    reader.expect_end();
    EXPECT_THAT(refusal([&] { reader.read_exactly(piece); }), HasSubstr("ends early"));
  }
}

TEST(Idx, ReadsPlainAndCompressedFiles) {
  for (const char* name : {"pixels.idx", "pixels.idx.gz"}) {
    const Array array = load_idx(golden_file(name));
    EXPECT_EQ(array.shape(), Shape({2, 3, 4}));
    for (size_t i = 0; i < 24; ++i) EXPECT_EQ(array.values<uint8_t>()[i], i);
  }
  EXPECT_THAT(load_idx(golden_file("floats.idx")).values<float>(), ElementsAre(0, .25f, .5f, .75f));
}

TEST(Idx, RefusesOtherFilesAndSizesThatCannotBe) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& bytes) {
    write_file_atomically(folder / "a", bytes);
    return refusal([&] { load_idx(folder / "a"); });
  };
  EXPECT_THAT(refused("PNG?"), HasSubstr("is not an IDX file (it begins with 50 4e 47 3f"));
  EXPECT_THAT(refused(std::string("\0\0\x0b\1\0\0\0\1", 8)), HasSubstr("of this type cannot be read (got 11"));
  EXPECT_THAT(refused(std::string("\0\0\x08\x09", 4)), HasSubstr("of this rank cannot be read (got 9"));
  EXPECT_THAT(refused(std::string("\0\0\x08\0", 4)), HasSubstr("of this rank"));
  EXPECT_EQ(refused(std::string("\0\0\x08\2\x7f\xff\xff\xff\x7f\xff\xff\xff", 12)),
            (folder / "a") + ": the file is too short for the shape its header says (got (2147483647, 2147483647))");
  EXPECT_THAT(refused(read_file(golden_file("pixels.idx")) + "x"), HasSubstr("longer than its header says"));
  EXPECT_THAT(refused(""), HasSubstr("the file ends early"));
}

TEST(Idx, SurvivesDamage) {
  const TemporaryFolder folder;
  const auto parse = through_file(folder / "a", [](const std::string& path) { load_idx(path); });
  for (const char* name : {"pixels.idx", "pixels.idx.gz"}) {
    const std::string file = read_file(golden_file(name));
    refuses_every_truncation(file, parse);
    survives_every_change(file, parse);
  }
}

}  // namespace
}  // namespace fovea
