// Ctrl-C in the real program, where nothing is trained.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "fovea/base/file.h"
#include "tests/harness/program.h"

namespace fovea {
namespace {

bool is_being_written(const Workplace& place) {
  const std::vector<FolderEntry> entries = list_folder(place.path());
  return std::any_of(entries.begin(), entries.end(), [](const FolderEntry& entry) { return is_temporary_name(entry.name); });
}

TEST(Interrupt, LeavesNothingOfAFileThatIsBeingWritten) {
  const Workplace place;
  write_file_atomically(place / "large.json", R"({"input_shape": [1000], "layers": [{"Dense": {"units": 10000}}]})");
  int code = 0;
  // Now and then the file is whole before the signal comes.
  for (int attempt = 0; attempt < 10 && code == 0; ++attempt) {
    Started convert(place.path(), {"convert", "large.json", "large.safetensors"});
    for (int i = 0; i < 20'000 && !is_being_written(place); ++i) ::usleep(500);
    convert.signal(SIGINT);
    code = convert.wait().code;
  }
  EXPECT_EQ(code, 130);
  EXPECT_FALSE(is_being_written(place));
}

}  // namespace
}  // namespace fovea
