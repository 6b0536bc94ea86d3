// CIFAR's other forms: Python's batches, CIFAR-100, archives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "fovea/data/dataset.h"
#include "fovea/formats/pickle.h"
#include "tests/data/make_data.h"
#include "tests/harness/damage.h"
#include "tests/harness/files.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string golden(const std::string& name) { return source_tree("tests/golden/cifar/" + name); }

class CifarBatches : public testing::Test {
 protected:
  void put(const std::string& golden_name, const std::string& name) {
    create_folders((folder_ / name).substr(0, (folder_ / name).rfind('/')));
    std::filesystem::copy(golden(golden_name), folder_ / name, std::filesystem::copy_options::overwrite_existing);
  }
  void put_cifar10(const std::string& golden_name) {
    for (int i = 1; i <= 5; ++i) put(golden_name, "cifar-10-batches-py/data_batch_" + std::to_string(i));
    put(golden_name, "cifar-10-batches-py/test_batch");
  }
  void tar(const std::string& archive, const std::string& what) const {
    ASSERT_EQ(std::system(("cd '" + folder_.path() + "' && tar -czf " + archive + " " + what).c_str()), 0);
  }
  Dataset open(const std::string& name) const {
    return open_dataset(name + ":" + folder_.path(), {.validation_split = 0});
  }
  std::string refused(const std::string& name) const {
    return refusal([&] { open(name); });
  }
  static std::vector<uint8_t> pixel(const Split& split, int64_t i, int64_t at) {
    return {split.bytes(i) + 3 * at, split.bytes(i) + 3 * at + 3};
  }

  TemporaryFolder folder_;
};

TEST_F(CifarBatches, OfPythonAreReadInEveryProtocol) {
  for (const char* name : {"cifar10_p2", "cifar10_p3", "cifar10_p4", "cifar10_fortran"}) {
    SCOPED_TRACE(name);
    put_cifar10(name);
    const Dataset data = open("cifar10");
    EXPECT_EQ(data.train.size(), 10);
    EXPECT_EQ(data.test.size(), 2);
    EXPECT_EQ(data.train.label(8), 6);
    EXPECT_EQ(data.train.label(9), 9);
    EXPECT_EQ(data.class_name(9), "truck");
    EXPECT_THAT(pixel(data.train, 2, 300), ElementsAre(1, 44, 255));
    EXPECT_THAT(pixel(data.test, 1, 1023), ElementsAre(2, 255, 254));
  }
}

TEST_F(CifarBatches, OfAHundredClassesHaveFineLabels) {
  put("cifar100_p2", "cifar-100-python/train");
  put("cifar100_p2", "cifar-100-python/test");
  const Dataset data = open("cifar100");
  EXPECT_EQ(data.classes, 100);
  EXPECT_EQ(data.class_name(data.train.label(0)), "cattle");
  EXPECT_EQ(data.class_name(data.test.label(1)), "worm");
  std::filesystem::remove_all(folder_ / "cifar-100-python");
  create_folders(folder_ / "cifar-100-binary");
  const std::string record = std::string(1, '\7') + cifar_record(19, 3);
  write_file_atomically(folder_ / "cifar-100-binary/train.bin", record + record);
  write_file_atomically(folder_ / "cifar-100-binary/test.bin", record);
  const Dataset binary = open("cifar100");
  EXPECT_EQ(binary.train.size(), 2);
  EXPECT_EQ(binary.class_name(binary.train.label(1)), "cattle");
  EXPECT_THAT(pixel(binary.train, 1, 5), ElementsAre(3, 5, 252));
  write_file_atomically(folder_ / "cifar-100-binary/test.bin", record + "x");
  EXPECT_THAT(refused("cifar100"), HasSubstr("is no file of CIFAR-100's binary version (got 3075 bytes"));
}

TEST_F(CifarBatches, AreReadFromTheirArchives) {
  put_cifar10("cifar10_p2");
  const std::string truth = open("cifar10").hash;
  tar("cifar-10-python.tar.gz", "cifar-10-batches-py");
  std::filesystem::remove_all(folder_ / "cifar-10-batches-py");
  EXPECT_EQ(open("cifar10").hash, truth);
  EXPECT_EQ(open_dataset("cifar10:" + folder_ / "cifar-10-python.tar.gz", {.validation_split = 0}).hash, truth);

  create_folders(folder_ / "cifar-10-batches-bin");
  write_cifar(folder_ / "cifar-10-batches-bin");
  const std::string binary = open_dataset("cifar10:" + folder_ / "cifar-10-batches-bin", {.validation_split = 0}).hash;
  tar("cifar-10-binary.tar.gz", "cifar-10-batches-bin");
  std::filesystem::remove_all(folder_ / "cifar-10-batches-bin");
  EXPECT_EQ(open("cifar10").train.label(9), 6) << "the binary archive comes first";
  EXPECT_EQ(open("cifar10").hash, binary);
  create_folders(folder_ / "cifar-10-batches-bin");
  write_cifar(folder_ / "cifar-10-batches-bin");
  std::filesystem::remove(folder_ / "cifar-10-batches-bin/test_batch.bin");
  tar("cifar-10-binary.tar.gz", "cifar-10-batches-bin");
  std::filesystem::remove_all(folder_ / "cifar-10-batches-bin");
  EXPECT_THAT(refused("cifar10"), HasSubstr("there is no test_batch in the archive"));
}

TEST_F(CifarBatches, ThatAreNoneAreRefused) {
  const std::string batch = folder_ / "cifar-10-batches-py/data_batch_1";
  const auto refused_as = [&](const std::string& name) {
    put_cifar10(name);
    const std::string line = refused("cifar10");
    EXPECT_TRUE(line.starts_with(batch + ": ")) << line;
    return line.substr(batch.size() + 2);
  };
  EXPECT_EQ(refused_as("refused_call"),
            "not a pickle that can be read: it calls \"posix getcwd\", which is none of numpy's arrays");
  EXPECT_EQ(refused_as("refused_opcode"),
            "not a pickle that can be read: opcode BINFLOAT is none of those that data need");
  EXPECT_EQ(refused_as("refused_floats"), "data is no array of bytes");
  EXPECT_THAT(refused_as("cifar100_p2"), HasSubstr("is no batch of CIFAR-10 (expected a dict of data and labels)"));
}

std::string refused_pickle(std::string_view bytes) {
  return refusal([&] { Pickle(as_bytes(bytes), "f"); })
      .substr(std::string("f: not a pickle that can be read: ").size());
}

TEST(Pickle, RefusesProgramsThatCannotBe) {
  EXPECT_EQ(refused_pickle(""), "it ends early");
  EXPECT_EQ(refused_pickle("\x80\x01."), "protocol 1 (expected 2 to 5)");
  EXPECT_EQ(refused_pickle("."), "the program leaves 0 values (expected 1)");
  EXPECT_EQ(refused_pickle("NN."), "the program leaves 2 values (expected 1)");
  EXPECT_EQ(refused_pickle("R"), "a value is missing");
  EXPECT_EQ(refused_pickle("NNR"), "it calls what is no name");
  EXPECT_EQ(refused_pickle("Na"), "a value is missing");
  EXPECT_EQ(refused_pickle("NNa"), "no list where one is needed");
  EXPECT_EQ(refused_pickle("t"), "a mark is missing");
  EXPECT_EQ(refused_pickle("N(a"), "a value is missing") << "a mark hides what is below it";
  EXPECT_EQ(refused_pickle("}(Nu"), "a key without a value");
  EXPECT_EQ(refused_pickle("h\1"), "it recalls what it did not keep");
  EXPECT_EQ(refused_pickle("T\xff\xff\xff\xff"), "it ends early");
  EXPECT_EQ(refused_pickle("cos\nsystem\n"), "it calls \"os system\", which is none of numpy's arrays");
  EXPECT_EQ(refused_pickle("c\x1b[2J\nx\n"), "it calls \"?[2J x\", which is none of numpy's arrays");
  EXPECT_EQ(refused_pickle("\x81"), "opcode NEWOBJ is none of those that data need");
  EXPECT_EQ(refused_pickle("\x01"), "there is no opcode 1");
  EXPECT_EQ(refused_pickle("\x8a\xff"), "a number of 255 bytes");
  EXPECT_EQ(refused_pickle(std::string(2'000'001, 'N')), "it has more than 2000000 values");
  std::string recalled("Nq\0", 3);
  for (int i = 0; i < 2'000'001; ++i) recalled += std::string("h\0", 2);
  EXPECT_EQ(refused_pickle(recalled), "it has more than 2000000 values");
}

TEST(Pickle, ReadsNumbersOfEveryWidth) {
  using std::string_view_literals::operator""sv;
  const Pickle pickle(as_bytes("(K\1M\1\1J\xff\xff\xff\xff\x8a\0\x8a\2\xff\xff\x8a\2\xff\x7ft."sv), "f");
  EXPECT_THAT(pickle.integers(pickle.top(), "f"), ElementsAre(1, 257, -1, 0, -1, 32767));
}

TEST(Pickle, SurvivesDamage) {
  const std::string file = read_file(golden("cifar10_p4"));
  // The pixels in the middle are as good as any others.
  const std::string small = file.substr(0, 200) + file.substr(file.size() - 120);
  for (const std::string& bytes : {small, read_file(golden("cifar100_p2")).substr(0, 300)})
    survives_every_change(bytes, [](Bytes input) { Pickle(input, "f"); });
  for (size_t size = 0; size < file.size(); size += size < 300 || size + 300 > file.size() ? 1 : 97)
    EXPECT_THROW(Pickle(as_bytes(std::string_view(file).substr(0, size)), "f"), Error) << size;
}

}  // namespace
}  // namespace fovea
