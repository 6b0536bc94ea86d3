#include "fovea/train/run_folder.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>

#include "fovea/base/file.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(RunFolder, AppearsWithItsFiles) {
  const TemporaryFolder folder;
  const std::string run =
      create_run_folder({.runs = folder / "runs", .name = "first", .files = {{"config.toml", "epochs = 1\n"}}});
  EXPECT_EQ(run, folder / "runs/train/first");
  EXPECT_EQ(read_file(run + "/config.toml"), "epochs = 1\n");
  EXPECT_EQ(list_folder(folder / "runs/train").size(), 1u);
}

TEST(RunFolder, CountsUpFromTheHighestNumber) {
  const TemporaryFolder folder;
  create_folders(folder / "train/basic-mnist-007");
  create_folders(folder / "train/basic-mnist-x");
  create_folders(folder / "train/other-099");
  EXPECT_EQ(create_run_folder({.runs = folder.path(), .stem = "basic-mnist"}), folder / "train/basic-mnist-008");
  EXPECT_EQ(create_run_folder({.runs = folder.path(), .stem = "new"}), folder / "train/new-001");
}

TEST(RunFolder, IsADifferentOneForEverybodyWhoAsksAtOnce) {
  const TemporaryFolder folder;
  constexpr size_t kThreads = 4, kEach = 10;
  std::mutex mutex;
  std::set<std::string> runs;
  std::vector<std::thread> threads;
  for (size_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (size_t i = 0; i < kEach; ++i) {
        const std::string run = create_run_folder({.runs = folder.path(), .stem = "r"});
        const std::lock_guard lock(mutex);
        runs.insert(run);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(runs.size(), kThreads * kEach);
  EXPECT_EQ(list_folder(folder / "train").size(), kThreads * kEach);  // nothing half-made is left
}

TEST(RunFolder, RefusesATakenNameAndOneThatIsNone) {
  const TemporaryFolder folder;
  const auto create = [&](const std::string& name) {
    return refusal([&] { create_run_folder({.runs = folder.path(), .name = name}); }, ErrorKind::usage);
  };
  create_run_folder({.runs = folder.path(), .name = "a"});
  EXPECT_NE(create("a").find("there is a run of this name already"), std::string::npos);
  for (const std::string name : {"a/b", "..", ".", ".fovea-1.tmp"})
    EXPECT_NE(create(name).find("a run cannot be called so"), std::string::npos) << name;
}

TEST(RunFolder, RefusesADiskThatIsTooFull) {
  const TemporaryFolder folder;
  const std::string line =
      refusal([&] { create_run_folder({.runs = folder.path(), .name = "a", .space = uint64_t{1} << 62}); });
  EXPECT_NE(line.find("the disk is too full for a run"), std::string::npos) << line;
  EXPECT_TRUE(list_folder(folder / "train").empty());
}

TEST(RunFolder, StandsForItsBestModel) {
  const TemporaryFolder folder;
  EXPECT_NE(refusal([&] { run_model_file(folder.path()); }).find("is no run folder"), std::string::npos);
  write_file_atomically(folder / "model.safetensors", "m");
  EXPECT_EQ(run_model_file(folder.path()), folder / "model.safetensors");
  write_file_atomically(folder / "best.safetensors", "b");
  EXPECT_EQ(run_model_file(folder.path()), folder / "best.safetensors");
}

TEST(RunFolder, StemsAreNamesOfFolders) {
  EXPECT_EQ(folder_stem("fashion-mnist"), "fashion-mnist");
  EXPECT_EQ(folder_stem("../my data/x.npz:"), "my-data-x.npz");
  EXPECT_EQ(folder_stem("///"), "run");
}

}  // namespace
}  // namespace fovea
