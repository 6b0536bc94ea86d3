// Archives by libarchive, read from the beginning to the end: zip, tar, tar.gz.
#pragma once

#include <functional>
#include <memory>
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

  // Goes on to the next regular file or folder; false behind the last. Throws Error (file) for a damaged archive.
  bool next();
  const std::string& name() const { return name_; }  // without "./" in front and "/" behind
  bool is_folder() const { return is_folder_; }
  // The content of the entry, at most this long.
  std::string read(uint64_t max_bytes);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string path_, name_;
  bool is_folder_ = false;
};

}  // namespace fovea
