#include "fovea/formats/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/formats/golden_files.h"
#include "tests/harness/damage.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What numpy writes for an array: its header with this text, then these bytes.
std::string file_of(std::string text, size_t data_bytes = 0) {
  text += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(text.size() & 0xff);
  file += static_cast<char>(text.size() >> 8);
  return file + text + std::string(data_bytes, '\0');
}
std::string refused(const std::string& file) {
  return refusal([&] { parse_npy(as_bytes(file), "f"); });
}

TEST(Npy, ReadsEveryTypeThatNumpyWrites) {
  EXPECT_THAT(load_npy(golden_file("float32.npy")).values<float>(), ElementsAre(0, .25f, .5f, .75f, 1, 1.25f));
  EXPECT_THAT(load_npy(golden_file("float64.npy")).values<double>(), ElementsAre(0, .25, .5, .75, 1, 1.25));
  EXPECT_THAT(load_npy(golden_file("uint8.npy")).values<uint8_t>(), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(load_npy(golden_file("int8.npy")).values<int8_t>(), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(load_npy(golden_file("int32.npy")).values<int32_t>(), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(load_npy(golden_file("int64.npy")).values<int64_t>(), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(load_npy(golden_file("bool.npy")).values<uint8_t>(), ElementsAre(0, 1, 1, 1, 1, 1));
  EXPECT_EQ(load_npy(golden_file("float16.npy")).dtype(), DType::f16);
  EXPECT_EQ(load_npy(golden_file("int64.npy")).shape(), Shape({2, 3}));
}

TEST(Npy, ReadsEveryVersion) {
  for (const char* name : {"version2.npy", "version3.npy"})
    EXPECT_THAT(load_npy(golden_file(name)).values<int32_t>(), ElementsAre(0, 1, 2, 3, 4, 5)) << name;
}

TEST(Npy, PutsFortranOrderRight) {
  const Array array = load_npy(golden_file("fortran.npy"));
  EXPECT_EQ(array.shape(), Shape({2, 3, 4}));
  for (int i = 0; i < 24; ++i) EXPECT_EQ(array.values<float>()[static_cast<size_t>(i)], static_cast<float>(i) / 4);
}

TEST(Npy, ReadsScalarsAndEmptyArrays) {
  EXPECT_EQ(load_npy(golden_file("scalar.npy")).shape().rank(), 0);
  EXPECT_EQ(load_npy(golden_file("scalar.npy")).values<double>()[0], 2.5);
  EXPECT_EQ(load_npy(golden_file("empty.npy")).shape(), Shape({0, 3}));
}

TEST(Npy, WhatIsWrittenIsReadAndIsWhatNumpyWrites) {
  const TemporaryFolder folder;
  for (const char* name : {"float32", "float64", "float16", "uint8", "int8", "int32", "int64", "empty", "scalar"}) {
    const std::string golden = golden_file(std::string(name) + ".npy");
    save_npy(folder / "a.npy", load_npy(golden));
    EXPECT_EQ(read_file(folder / "a.npy"), read_file(golden)) << name;
  }
}

TEST(Npy, RefusesTypesThatItCannotHold) {
  EXPECT_THAT(refusal([] { load_npy(golden_file("big_endian.npy")); }), HasSubstr("got '>f4', expected one of <f4"));
  EXPECT_THAT(refusal([] { load_npy(golden_file("complex.npy")); }), HasSubstr("got '<c8'"));
  EXPECT_THAT(refusal([] { load_npy(golden_file("record.npy")); }), HasSubstr("not a record of fields"));
}

TEST(Npy, RefusesHeadersThatAreWrong) {
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
  EXPECT_EQ(parse_npy(as_bytes(file_of(good, 8)), "f").shape(), Shape({2}));
  EXPECT_EQ(refused(file_of(good, 7)),
            "f: holds another number of bytes than its shape (2,) of float32 says (got 7, expected 8)");
  EXPECT_THAT(refused(file_of(good, 9)), HasSubstr("got 9, expected 8"));
  EXPECT_THAT(refused("PK\3\4"), HasSubstr("is not an npy array"));
  EXPECT_THAT(refused(file_of("{'descr': '<f4', 'fortran_order': False}")), HasSubstr("each once"));
  EXPECT_THAT(refused(file_of("{'descr': '<f4', 'descr': '<f4'}")), HasSubstr("each once"));
  EXPECT_THAT(refused(file_of("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}")), HasSubstr("True or False"));
  EXPECT_THAT(refused(file_of("{'descr': '<f4', 'fortran_order': True, 'shape': (-1,)}")), HasSubstr("a size"));
  EXPECT_THAT(refused(file_of("{'descr': '<f4', 'fortran_order': True, 'shape': (1,1,1,1,1,1,1,1,1)}")),
              HasSubstr("at most 8 axes"));
  EXPECT_THAT(refused(file_of("{'descr': '<f4', 'fortran_order': True, 'shape': (99999999999999999999,)}")),
              HasSubstr("63 bits"));
  EXPECT_THAT(refused(file_of("{'descr': '<f4', 'fortran_order': True, 'shape': (9999999999,9999999999)}")),
              HasSubstr("does not fit 63 bits"));
  EXPECT_THAT(refused(file_of(good + "x", 8)), HasSubstr("the end of the header"));
  EXPECT_THAT(refused(std::string("\x93NUMPY\x09\x00\x00\x00\x00\x00", 12)), HasSubstr("unknown version"));
  EXPECT_THAT(refused(std::string("\x93NUMPY\x02\x00\xff\xff\xff\x7f", 12)), HasSubstr("header is too long"));
}

TEST(Npy, SurvivesDamage) {
  const auto parse = [](Bytes bytes) { parse_npy(bytes, "f"); };
  for (const char* name : {"fortran.npy", "version2.npy", "uint8.npy", "record.npy"}) {
    const std::string file = read_file(golden_file(name));
    if (std::string_view(name) != "record.npy") refuses_every_truncation(file, parse);
    survives_every_change(file, parse);
  }
}

}  // namespace
}  // namespace fovea
