// The real CIFAR-10, where a checkout beside this one has it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

#include "fovea/base/file.h"
#include "fovea/base/sanitizers.h"
#include "fovea/data/dataset.h"
#include "tests/harness/source_tree.h"

namespace fovea {
namespace {

int64_t resident_peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtoll(line.c_str() + 6, nullptr, 10);
  return 0;
}

TEST(Cifar10, HoldsItsPicturesOnce) {
  const std::string unpack = source_tree("../shared/data/cifar10/unpack");
  if (!file_exists(unpack)) GTEST_SKIP() << "CIFAR-10 is not there: no " << unpack;
  const char* given = std::getenv("FOVEA_TEST_CACHE");
  const std::string folder = given != nullptr ? given : testing::TempDir() + "fovea-test-cifar10";
  const std::string command = "'" + unpack + "' binary '" + folder + "'";  // does nothing where it is complete
  if (std::system(command.c_str()) != 0) GTEST_SKIP() << "CIFAR-10 could not be unpacked into " << folder;

  const int64_t before = resident_peak_kib();
  const Dataset data = open_dataset("cifar10:" + folder);
  const int64_t grown = resident_peak_kib() - before;
  EXPECT_EQ(data.train.size(), 45'000);
  EXPECT_EQ(data.validation.size(), 5'000);
  EXPECT_EQ(data.test.size(), 10'000);
  EXPECT_THAT(data.train.class_counts(10), testing::Each(4500));
  EXPECT_THAT(data.validation.class_counts(10), testing::Each(500));
  // The first picture is a frog (6); its first pixel is known.
  const Dataset whole = open_dataset("cifar10:" + folder, {.validation_split = 0, .load_test = false});
  EXPECT_EQ(whole.train.label(0), 6);
  EXPECT_THAT(std::vector<uint8_t>(whole.train.bytes(0), whole.train.bytes(0) + 3), testing::ElementsAre(59, 62, 63));
  EXPECT_GT(grown, 0);
  // 60,000 pictures are 176 MiB; beside them labels, places, and a few pieces of files. A sanitizer has memory of its own.
  if (!kSanitized) {
    EXPECT_LT(grown, (176 + 4) * 1024);
  }
}

}  // namespace
}  // namespace fovea
