#include "fovea/base/memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include "fovea/base/file.h"
#include "fovea/base/sanitizers.h"
#include "tests/harness/files.h"

namespace fovea {
namespace {

TEST(Memory, IsBoundedByTheControlGroupsAround) {
  const TemporaryFolder root;
  const auto write = [&](const std::string& name, const char* text) { write_file_with_folders(root / name, text); };
  const auto limit = [&](const std::string& groups) { return cgroup_memory(groups, root.path()); };
  EXPECT_TRUE(std::isinf(limit("0::/a/b\n"))) << "nothing is there";
  write("a/memory.max", "3000\n");
  write("a/b/memory.max", "max\n");
  EXPECT_EQ(limit("0::/a/b\n"), 3000);
  write("a/b/memory.max", "2000\n");
  EXPECT_EQ(limit("1:name=systemd:/c\n0::/a/b\n"), 2000);
  EXPECT_EQ(limit("0::/a\n"), 3000);
  write("memory/c/memory.limit_in_bytes", "500\n");
  write("memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(limit("4:cpu,memory:/c/d\n"), 500);
  EXPECT_TRUE(std::isinf(limit("4:memory:/\n")));
  EXPECT_TRUE(std::isinf(limit("4:cpu:/c\nnonsense\n::\n")));
}

TEST(Memory, IsBoundedByTheProcessesOwnLimits) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer needs more than such limits";
  EXPECT_GT(available_memory(), 1e6);
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit = {12345678, 12345678};
    ::setrlimit(RLIMIT_DATA, &limit);
    ::_exit(available_memory() == 12345678 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace fovea
