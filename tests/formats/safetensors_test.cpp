#include "fovea/formats/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/formats/golden_files.h"
#include "tests/harness/damage.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string file_of(const std::string& header, size_t data_bytes) {
  std::string file(8, '\0');
  for (size_t i = 0; i < 8; ++i) file[i] = static_cast<char>(uint64_t{header.size()} >> (8 * i));
  return file + header + std::string(data_bytes, '\0');
}
std::string refused(const std::string& header, size_t data_bytes) {
  return refusal([&] { Safetensors(as_bytes(file_of(header, data_bytes)), "f"); });
}
std::string tensor(const std::string& name, int begin, int end) {
  return fmt::format(R"("{}":{{"dtype":"F32","shape":[{}],"data_offsets":[{},{}]}})", name, (end - begin) / 4, begin,
                     end);
}

TEST(Safetensors, ReadsWhatThePythonPackageWrites) {
  const SafetensorsFile file(golden_file("tensors.safetensors"));
  EXPECT_EQ(file->metadata(), (Metadata{{"name", "basic"}, {"note", "a \"quoted\" text"}}));
  EXPECT_EQ(file->entries().size(), 5u);
  EXPECT_THAT(file->read("conv2d/kernel").values<float>(), ElementsAre(0, .25f, .5f, .75f, 1, 1.25f));
  EXPECT_EQ(file->find("conv2d/kernel")->shape, Shape({2, 3}));
  EXPECT_THAT(file->read("steps").values<int64_t>(), ElementsAre(0, 1));
  EXPECT_THAT(file->read("bytes").values<uint8_t>(), ElementsAre(0, 1, 2));
  EXPECT_EQ(file->find("half")->dtype, DType::f16);
  EXPECT_EQ(file->read("none").shape(), Shape({0, 4}));
  EXPECT_EQ(file->find("other"), nullptr);
}

TEST(Safetensors, WhatIsWrittenIsRead) {
  const TemporaryFolder folder;
  const uint8_t bytes[] = {1, 2, 3};
  const float floats[] = {1.5f, -2};
  const double doubles[] = {0.1};
  const NamedTensor tensors[] = {{"b", DType::u8, {3}, bytes},
                                 {"a", DType::f32, {2, 1}, floats},
                                 {"none", DType::f32, {0}, nullptr},
                                 {"d", DType::f64, {}, doubles}};
  save_safetensors(folder / "a.safetensors", tensors, {{"config", "{\"name\": \"ä\"}"}});
  const SafetensorsFile file(folder / "a.safetensors");
  EXPECT_EQ(file->metadata().at("config"), "{\"name\": \"ä\"}");
  EXPECT_THAT(file->read("a").values<float>(), ElementsAre(1.5f, -2));
  EXPECT_EQ(file->read("a").shape(), Shape({2, 1}));
  EXPECT_THAT(file->read("b").values<uint8_t>(), ElementsAre(1, 2, 3));
  EXPECT_THAT(file->read("d").values<double>(), ElementsAre(0.1));
  // Wider types lie first, and the numbers begin at a multiple of 8: all are aligned.
  EXPECT_EQ(file->entries()[0].name, "d");
  const std::string whole = read_file(folder / "a.safetensors");
  EXPECT_EQ(static_cast<uint8_t>(whole[0]) % 8, 0);
  EXPECT_EQ(whole.size(),
            8 + static_cast<uint8_t>(whole[0]) + size_t{256} * static_cast<uint8_t>(whole[1]) + 8 + 8 + 3);
}

TEST(Safetensors, TextsThatAreNotUtf8AreWrittenWithReplacements) {
  const TemporaryFolder folder;
  save_safetensors(folder / "a", {}, {{"name", "caf\xe9"}});
  EXPECT_EQ(SafetensorsFile(folder / "a")->metadata().at("name"), "caf\xef\xbf\xbd");
}

TEST(Safetensors, RefusesTwoTensorsOfOneName) {
  const TemporaryFolder folder;
  const NamedTensor tensors[] = {{"a", DType::f32, {0}, nullptr}, {"a", DType::f32, {0}, nullptr}};
  EXPECT_THAT(refusal([&] { save_safetensors(folder / "a", tensors); }, ErrorKind::usage), HasSubstr("two tensors"));
}

TEST(Safetensors, NamesNearMisses) {
  EXPECT_THAT(refusal([] { SafetensorsFile(golden_file("tensors.safetensors"))->read("conv2d/kernal"); }),
              HasSubstr("has no tensor \"conv2d/kernal\"; did you mean \"conv2d/kernel\"?"));
}

TEST(Safetensors, RefusesHeadersThatAreWrong) {
  EXPECT_NO_THROW(Safetensors(as_bytes(file_of("{}", 0)), "f"));
  EXPECT_NO_THROW(Safetensors(as_bytes(file_of("{" + tensor("b", 4, 8) + "," + tensor("a", 0, 4) + "}", 8)), "f"));
  EXPECT_THAT(refusal([] { Safetensors(as_bytes("1234567"), "f"); }), HasSubstr("f: is too short"));
  EXPECT_THAT(refusal([] { Safetensors(as_bytes("12345678"), "f"); }), HasSubstr("header is too long"));
  EXPECT_THAT(refusal([] { Safetensors(as_bytes(std::string("\x09\0\0\0\0\0\0\0{}", 10)), "f"); }),
              HasSubstr("the file ends inside its header (got 2 bytes, expected 9)"));
  EXPECT_THAT(refused("[]", 0), HasSubstr("does not begin with {"));
  EXPECT_THAT(refused("{", 0), HasSubstr("not valid JSON at line 1"));
  EXPECT_THAT(refused("{\"a\":" + std::string(50, '[') + std::string(50, ']') + "}", 0), HasSubstr("nests too deeply"));
  EXPECT_EQ(refused("{" + tensor("a", 0, 8) + "," + tensor("b", 4, 12) + "}", 12),
            "f: tensor \"b\": data_offsets overlap another tensor's (got a beginning at 4, expected 8)");
  EXPECT_EQ(refused("{" + tensor("a", 0, 4) + "," + tensor("b", 8, 12) + "}", 12),
            "f: tensor \"b\": data_offsets leave a hole (got a beginning at 8, expected 4)");
  EXPECT_THAT(refused("{" + tensor("a", 4, 8) + "}", 8), HasSubstr("leave a hole"));
  EXPECT_EQ(refused("{" + tensor("a", 0, 8) + "}", 7),
            "f: tensor \"a\" lies behind the file's end (got 7 bytes of numbers, expected 8)");
  EXPECT_EQ(refused("{" + tensor("a", 0, 8) + "}", 9),
            "f: bytes after the last tensor (got 9 bytes of numbers, expected 8)");
  EXPECT_EQ(
      refused(R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})", 8),
      "f: tensor \"a\": data_offsets do not fit its shape and type (got 0 to 8, expected 12 bytes for (3,) float32)");
  EXPECT_THAT(refused(R"({"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}})", 8),
              HasSubstr("expected too many bytes"));
  EXPECT_THAT(refused(R"({"a":{"dtype":"F8","shape":[8],"data_offsets":[0,8]}})", 8), HasSubstr("got \"F8\""));
  EXPECT_THAT(refused(R"({"a":{"dtype":5,"shape":[8],"data_offsets":[0,8]}})", 8), HasSubstr("got no text"));
  EXPECT_THAT(refused(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8), HasSubstr("whole number"));
  EXPECT_THAT(refused(R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8), HasSubstr("whole number"));
  EXPECT_THAT(refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8), HasSubstr("do not fit"));
  EXPECT_THAT(refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}})", 8),
              HasSubstr("two whole numbers"));
  EXPECT_THAT(refused(R"({"a":{"dtype":"F32","shape":[2]}})", 8), HasSubstr("expected an object of dtype"));
  EXPECT_THAT(refused(R"({"__metadata__":{"a":1}})", 0), HasSubstr("\"a\" must be a text"));
  EXPECT_THAT(refused(R"({"__metadata__":[]})", 0), HasSubstr("must be an object of texts"));
}

TEST(Safetensors, AHeaderOfManyNamesIsReadQuickly) {
  std::string header = "{\"__metadata__\":{\"0\":\"\"";
  for (int i = 1; i < 200'000; ++i) header += fmt::format(",\"{}\":\"\"", i);
  EXPECT_EQ(Safetensors(as_bytes(file_of(header + "}}", 0)), "f").metadata().size(), 200'000u);
}

TEST(Safetensors, SurvivesDamage) {
  const std::string file = read_file(golden_file("tensors.safetensors"));
  const auto parse = [](Bytes bytes) {
    const Safetensors content(bytes, "f");
    for (const SafetensorsEntry& entry : content.entries()) content.read(entry.name);
  };
  refuses_every_truncation(file, parse);
  survives_every_change(file, parse);
}

}  // namespace
}  // namespace fovea
