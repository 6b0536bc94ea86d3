// Files: bounded reads, read-only maps, writes that are whole or absent, listings.
//
// Every failure is an Error (file) that names the path and says what the system said ("No space left on device").
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

using Bytes = std::span<const uint8_t>;

inline Bytes as_bytes(std::string_view text) { return {reinterpret_cast<const uint8_t*>(text.data()), text.size()}; }
inline std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

inline constexpr uint64_t kNoLimit = UINT64_MAX;

bool file_exists(const std::string& path);  // anything but a folder: a file, a pipe, a device
bool folder_exists(const std::string& path);

// The whole file. One longer than max_bytes is refused before it is read.
std::string read_file(const std::string& path, uint64_t max_bytes = kNoLimit);

// What some systems put in front of UTF-8 text.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
// The lines of a text without their ends, which may be any system's, and without a byte order mark.
std::vector<std::string> lines_of(std::string_view text);

// Reads a file from its beginning to its end, piece by piece.
class FileReader {
 public:
  explicit FileReader(const std::string& path);
  FileReader(FileReader&& other) noexcept;
  FileReader& operator=(FileReader&& other) noexcept;
  ~FileReader();

  const std::string& path() const { return path_; }
  uint64_t size() const { return size_; }     // when it was opened; 0 of pipes
  size_t read(std::span<uint8_t> dst);        // less than asked for only at the end
  void read_exactly(std::span<uint8_t> dst);  // throws where the file ends early

 private:
  std::string path_;
  uint64_t size_ = 0;
  int descriptor_ = -1;
};

// A regular file as memory. Its pages are the kernel's cache: nothing is read before it is looked at. Nobody may cut
// the file short meanwhile; files that AtomicFile replaces are safe, the map keeps the old one.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path, uint64_t max_bytes = kNoLimit);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  const std::string& path() const { return path_; }
  Bytes bytes() const { return bytes_; }
  // A part of the bytes was read and will hardly be again: what was made of it is not held in memory twice.
  void give_back(Bytes part) const;

 private:
  std::string path_;
  Bytes bytes_;
};

// All of the bytes, where the descriptor stands; `path` is for the error.
void write_all(int descriptor, Bytes bytes, const std::string& path);

// The same behind the end of a file; where that fails, the file is as it was.
void append_all(int descriptor, Bytes bytes, const std::string& path);

// A file that is written under a temporary name in the same folder and appears under its own name, whole and on the
// disk, at commit(). Without a commit, or on any failure, the temporary file is removed and the old one is untouched.
// What others may do with the old file they may with the new one. A link is followed: what it points to is replaced, or
// comes to be. Devices and pipes ("/dev/null") are written to as they are.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  const std::string& path() const { return path_; }
  void write(Bytes bytes);
  void write(std::string_view text) { write(as_bytes(text)); }
  void commit();

 private:
  void discard() noexcept;

  std::string path_, target_, temporary_;  // as the caller named it; links resolved; empty for devices
  int descriptor_ = -1;
};

void write_file_atomically(const std::string& path, Bytes bytes);
inline void write_file_atomically(const std::string& path, std::string_view text) {
  write_file_atomically(path, as_bytes(text));
}

// Ends the process as _exit() does, and removes the temporary files that are open. A signal handler may call it.
[[noreturn]] void exit_at_once(int code);

// What a killed process may have left behind in a folder.
bool is_temporary_name(std::string_view name);

// Creates a folder and those above it; one that exists is fine.
void create_folders(const std::string& path);

// Renames a finished folder (or file) to a name that must not exist yet, and syncs the folder that holds it.
void publish(const std::string& temporary, const std::string& path);

struct FolderEntry {
  std::string name;
  bool is_folder = false;  // links are followed
};

// What a folder holds, without "." and "..", sorted by the bytes of the names.
std::vector<FolderEntry> list_folder(const std::string& path);

}  // namespace fovea
