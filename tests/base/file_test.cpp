#include "fovea/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/harness/files.h"

namespace fovea {
namespace {

using testing::HasSubstr;

class FileTest : public testing::Test {
 protected:
  std::string in_folder(const std::string& name) const { return folder_ / name; }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const FolderEntry& entry : list_folder(folder_.path())) found.push_back(entry.name);
    return found;
  }
  unsigned mode(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(::stat(in_folder(name).c_str(), &status), 0) << name;
    return status.st_mode & 0777;
  }
  TemporaryFolder folder_;
};

TEST_F(FileTest, WhatIsWrittenIsRead) {
  const std::string path = in_folder("a"), text("one\0two", 7);
  write_file_atomically(path, text);
  EXPECT_EQ(read_file(path), text);
  EXPECT_EQ(as_text(MappedFile(path).bytes()), text);
  write_file_atomically(path, "");
  EXPECT_EQ(read_file(path), "");
  EXPECT_EQ(MappedFile(path).bytes().size(), 0u);
  EXPECT_THAT(names(), testing::ElementsAre("a"));
}

TEST_F(FileTest, ReadsPieceByPieceToTheEnd) {
  write_file_atomically(in_folder("a"), "0123456789");
  FileReader reader(in_folder("a"));
  EXPECT_EQ(reader.size(), 10u);
  uint8_t piece[4];
  reader.read_exactly(piece);
  EXPECT_EQ(as_text(piece), "0123");
  reader.read_exactly(piece);
  EXPECT_EQ(reader.read(piece), 2u);
  EXPECT_THAT(refusal([&] { reader.read_exactly(piece); }), HasSubstr("the file ends early (got 0 of the 4 bytes"));
}

TEST_F(FileTest, ReadsFilesThatSayNoSize) { EXPECT_THAT(read_file("/proc/self/status"), HasSubstr("VmRSS")); }

TEST_F(FileTest, LinesEndAsOnAnySystem) {
  using testing::ElementsAre;
  EXPECT_THAT(lines_of("a\nb c\n"), ElementsAre("a", "b c"));
  EXPECT_THAT(lines_of("\xef\xbb\xbf" "a\r\n\r\nb\r"), ElementsAre("a", "", "b"));
  EXPECT_THAT(lines_of("\xef\xbb\xbf"), ElementsAre());
}

TEST_F(FileTest, RefusesAFileAboveTheBound) {
  const std::string path = in_folder("a");
  write_file_atomically(path, "12345");
  EXPECT_EQ(read_file(path, 5), "12345");
  EXPECT_EQ(refusal([&] { read_file(path, 4); }), path + ": the file is too large (got 5 bytes, expected at most 4)");
  EXPECT_EQ(refusal([&] { MappedFile(path, 4); }), path + ": the file is too large (got 5 bytes, expected at most 4)");
  EXPECT_THAT(refusal([&] { read_file("/proc/self/status", 4); }), HasSubstr("too large"));
}

TEST_F(FileTest, RefusesWhatIsNoFile) {
  EXPECT_EQ(refusal([&] { read_file(in_folder("b")); }), in_folder("b") + ": cannot open: No such file or directory");
  EXPECT_EQ(refusal([&] { read_file(folder_.path()); }), folder_.path() + ": is a folder, expected a file");
  EXPECT_EQ(refusal([&] { MappedFile map(folder_.path()); }), folder_.path() + ": is a folder, expected a file");
  EXPECT_EQ(refusal([&] { MappedFile map("/dev/null"); }), "/dev/null: is a pipe or a device, expected a file");
  EXPECT_THROW(read_file(std::string("/dev/null\0x", 11)), Error);  // not /dev/null
}

TEST_F(FileTest, AFileAppearsAtCommitAndNotBefore) {
  const std::string path = in_folder("a");
  write_file_atomically(path, "old");
  AtomicFile file(path);
  file.write("new");
  EXPECT_EQ(read_file(path), "old");
  ASSERT_EQ(names().size(), 2u);
  EXPECT_TRUE(is_temporary_name(names()[0]));
  file.commit();
  EXPECT_EQ(read_file(path), "new");
  EXPECT_THAT(names(), testing::ElementsAre("a"));
}

TEST_F(FileTest, WithoutACommitNothingIsLeft) {
  { AtomicFile(in_folder("a")).write("half"); }
  EXPECT_THAT(names(), testing::IsEmpty());
}

TEST_F(FileTest, AnEndAtOnceLeavesNothingButWhatIsWhole) {
  write_file_atomically(in_folder("old"), "old");
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFile whole(in_folder("whole")), half(in_folder("old")), another(in_folder("new"));
    { AtomicFile(in_folder("none")).write("half"); }
    whole.write("whole");
    whole.commit();
    half.write("half");
    exit_at_once(7);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 7);
  EXPECT_THAT(names(), testing::ElementsAre("old", "whole"));
  EXPECT_EQ(read_file(in_folder("old")), "old");
}

TEST_F(FileTest, WhatOthersMayDoWithTheOldFileTheyMayWithTheNewOne) {
  for (const unsigned kept : {0600u, 0444u, 0666u}) {
    write_file_atomically(in_folder("a"), "old");
    ASSERT_EQ(::chmod(in_folder("a").c_str(), kept), 0);
    AtomicFile file(in_folder("a"));
    EXPECT_EQ(mode(names()[0]), kept) << "while it is written too";
    file.write("new");
    file.commit();
    EXPECT_EQ(mode("a"), kept);
    EXPECT_EQ(read_file(in_folder("a")), "new");
  }
  const mode_t mask = ::umask(027);
  write_file_atomically(in_folder("b"), "new");
  ::umask(mask);
  EXPECT_EQ(mode("b"), 0640u);
}

TEST_F(FileTest, AFullDiskLeavesTheOldFileAndNoTemporary) {
  const std::string path = in_folder("a");
  write_file_atomically(path, "old");
  {
    const FileLimit limit(1000);
    EXPECT_EQ(refusal([&] { write_file_atomically(path, std::string(5000, 'x')); }), path + ": cannot write: File too large");
  }
  EXPECT_EQ(read_file(path), "old");
  EXPECT_THAT(names(), testing::ElementsAre("a"));
  EXPECT_EQ(refusal([] { write_file_atomically("/dev/full", "x"); }),
            "/dev/full: cannot write: No space left on device");
}

TEST_F(FileTest, DevicesAreWrittenToAndNotReplaced) {
  write_file_atomically("/dev/null", "x");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST_F(FileTest, ALinkIsFollowed) {
  create_folders(in_folder("real"));
  write_file_atomically(in_folder("real/a"), "old");
  std::filesystem::create_symlink("real/a", in_folder("link"));
  write_file_atomically(in_folder("link"), "new");
  EXPECT_EQ(read_file(in_folder("real/a")), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(in_folder("link")));
}

TEST_F(FileTest, ALinkIsFollowedToAFileThatIsNotThereYet) {
  create_folders(in_folder("real"));
  std::filesystem::create_symlink("real/a", in_folder("second"));
  std::filesystem::create_symlink(in_folder("second"), in_folder("first"));
  write_file_atomically(in_folder("first"), "new");
  EXPECT_EQ(read_file(in_folder("real/a")), "new");
  for (const char* link : {"first", "second"}) EXPECT_TRUE(std::filesystem::is_symlink(in_folder(link))) << link;
  std::filesystem::create_symlink("loop", in_folder("loop"));
  EXPECT_EQ(refusal([&] { AtomicFile file(in_folder("loop")); }),
            in_folder("loop") + ": cannot follow the link: Too many levels of symbolic links");
  std::filesystem::create_symlink("no/a", in_folder("lost"));
  EXPECT_EQ(refusal([&] { AtomicFile file(in_folder("lost")); }),
            in_folder("lost") + ": cannot write: there is no folder " + in_folder("no"));
}

TEST_F(FileTest, ANameMayBeAsLongAsTheSystemAllows) {
  const std::string path = in_folder(std::string(255, 'n'));
  write_file_atomically(path, "x");
  EXPECT_EQ(read_file(path), "x");
}

TEST_F(FileTest, RefusesPlacesThatCannotBeWritten) {
  EXPECT_EQ(refusal([&] { AtomicFile file(in_folder("no/a")); }),
            in_folder("no/a") + ": cannot write: there is no folder " + in_folder("no"));
  EXPECT_EQ(refusal([&] { AtomicFile file(folder_.path()); }),
            folder_.path() + ": cannot write: there is a folder of this name");
  EXPECT_EQ(refusal([&] { AtomicFile file("/dev/null/a"); }), "/dev/null/a: cannot write: Not a directory");
  EXPECT_THAT(refusal([&] { AtomicFile file(""); }), HasSubstr("the name is empty"));
  EXPECT_THAT(refusal([&] { AtomicFile file(in_folder("a/")); }), HasSubstr("not of a folder"));
  if (::geteuid() == 0) return;  // root may write everywhere
  EXPECT_EQ(refusal([&] { AtomicFile file("/a"); }), "/a: cannot write: Permission denied");
}

TEST_F(FileTest, FoldersAreCreatedListedAndPublished) {
  create_folders(in_folder("b/c"));
  create_folders(in_folder("b/c"));
  write_file_atomically(in_folder("a"), "");
  std::filesystem::create_symlink("b", in_folder("link"));
  const auto entries = list_folder(folder_.path());
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].name, "a");
  EXPECT_FALSE(entries[0].is_folder);
  EXPECT_TRUE(entries[1].is_folder);
  EXPECT_TRUE(entries[2].is_folder);
  publish(in_folder("b"), in_folder("d"));
  EXPECT_TRUE(folder_exists(in_folder("d/c")));
  EXPECT_FALSE(folder_exists(in_folder("b")));
  create_folders(in_folder("b"));
  EXPECT_EQ(refusal([&] { publish(in_folder("b"), in_folder("d")); }), in_folder("d") + ": cannot create: File exists");
  EXPECT_THAT(refusal([&] { create_folders(in_folder("a")); }), HasSubstr("there is a file of this name"));
  EXPECT_THAT(refusal([&] { create_folders(in_folder("a/b")); }), HasSubstr("cannot create the folder"));
  EXPECT_THAT(refusal([&] { list_folder(in_folder("none")); }), HasSubstr("No such file"));
}

}  // namespace
}  // namespace fovea
