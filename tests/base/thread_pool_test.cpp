#include "fovea/base/thread_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <stdexcept>

#include "fovea/base/sanitizers.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(ThreadPool, RunsEveryTaskOnceForAnyNumberOfThreads) {
  for (int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (int tasks : {0, 1, 2, 5, 64}) {
      std::vector<std::atomic<int>> count(64);
      for (int repeat = 0; repeat < 50; ++repeat) pool.run(tasks, [&](int i) { ++count[static_cast<size_t>(i)]; });
      for (int i = 0; i < tasks; ++i) EXPECT_EQ(count[static_cast<size_t>(i)], 50);
    }
  }
}

TEST(ThreadPool, GivesATasksExceptionToTheCallerAndGoesOn) {
  ThreadPool pool(2);
  EXPECT_THROW(pool.run(4, [](int i) { if (i == 3) throw std::runtime_error("three"); }), std::runtime_error);
  std::atomic<int> sum{0};
  pool.run(4, [&](int i) { sum += i; });
  EXPECT_EQ(sum, 6);
}

// Memory for some stacks and not for all.
TEST(ThreadPool, RefusesMoreThreadsThanTheSystemStarts) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs more than such limits";
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &limit), 0);
  const rlimit small = {pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE)) + (rlim_t{256} << 20), limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &small), 0);
  const std::string message = refusal([] { ThreadPool pool(4000); }, ErrorKind::failed);
  ::setrlimit(RLIMIT_AS, &limit);
  EXPECT_THAT(message, testing::StartsWith("threads: cannot be started: Resource temporarily unavailable (got 4000, "
                                           "expected at most "));
}

TEST(AvailableCores, IsAtLeastOne) { EXPECT_GE(available_cores(), 1); }

TEST(AvailableCores, AreBoundedByTheControlGroupsAround) {
  const TemporaryFolder root;
  const auto write = [&](const std::string& name, const char* text) { write_file_with_folders(root / name, text); };
  const auto cores = [&](const std::string& groups) { return cgroup_cores(groups, root.path()); };
  EXPECT_TRUE(std::isinf(cores("0::/a/b\n"))) << "nothing is there";
  write("a/cpu.max", "150000 100000\n");
  write("a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(cores("0::/a/b\n"), 1.5);
  write("a/b/cpu.max", "50000 100000\n");
  EXPECT_EQ(cores("1:name=systemd:/c\n0::/a/b\n"), 0.5);
  EXPECT_EQ(cores("0::/a\n"), 1.5);
  write("cpu.max", "100000 100000\n");
  EXPECT_EQ(cores("0::/not/here\n"), 1) << "inside a container";
  write("cpu/c/cpu.cfs_quota_us", "250000\n");
  write("cpu/c/cpu.cfs_period_us", "100000\n");
  write("cpu/cpu.cfs_quota_us", "-1\n");
  write("cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cores("4:cpu,cpuacct:/c/d\n"), 2.5);
  EXPECT_TRUE(std::isinf(cores("4:cpu:/\n")));
  EXPECT_TRUE(std::isinf(cores("4:cpuacct:/c\nnonsense\n::\n")));
}

}  // namespace
}  // namespace fovea
