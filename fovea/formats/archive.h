// Archives by libarchive, read from the beginning to the end: zip, tar, tar.gz.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "fovea/base/file.h"

namespace fovea {

// By the first bytes: zip, gzip (of a tar, it is hoped), tar.
bool is_archive(Bytes beginning);
inline constexpr size_t kArchivePrefix = 512;

class ArchiveReader {
 public:
  explicit ArchiveReader(const std::string& path);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  // Goes on to the next regular file, folder or link; false behind the last. Throws Error (file) for a damaged archive
  // and for a name that cannot be read.
  bool next();
  const std::string& name() const { return name_; }  // a path from the top, without "/" in front, "." and ".."
  bool is_folder() const { return is_folder_; }
  bool is_file() const { return !is_folder_ && !link_; }
  // The name that a hard or symbolic link leads to, from the top too.
  const std::optional<std::string>& link() const { return link_; }
  // The content of the file, at most this long.
  std::string read(uint64_t max_bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string path_, name_;
  bool is_folder_ = false;
  std::optional<std::string> link_;
};

}  // namespace fovea
