// Files by their paths, in a folder or in an archive (zip, tar, tar.gz) that is read without being unpacked.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/base/thread_pool.h"

namespace fovea {

// What tells a file from what it was before, without reading it: any writing to it changes the last. Of a file in an
// archive they are the archive's.
struct FileIdentity {
  uint64_t exists = 0, size = 0, inode = 0;
  int64_t modified = 0, changed = 0;  // nanoseconds since 1970: of its content; of that, its name, owner or rights
};
FileIdentity identity_of(const std::string& path);

class FileTree {
 public:
  struct Entry {
    std::string path;  // from the tree's root, parts separated by '/'
    bool is_folder = false;
    std::string problem = {};  // why it is known to be unreadable
  };

  virtual ~FileTree() = default;
  virtual const std::string& root() const = 0;
  // Every file and folder but clutter, those of a folder in front of what is in its folders; both sorted by the bytes
  // of the names. Links are followed, but not back to a folder that they are in.
  virtual std::vector<Entry> list() const = 0;
  // Hands over the content of every file that is named, each once, on any of the pool's threads: `take(i, content)`, or
  // `refuse(i, error)` for one that cannot be read. What is thrown by either ends it.
  virtual void read(const std::vector<std::string>& paths, ThreadPool& pool,
                    const std::function<void(size_t i, Bytes content)>& take,
                    const std::function<void(size_t i, const Error& error)>& refuse) const = 0;
  // Of every file that is named.
  virtual std::vector<FileIdentity> identities(const std::vector<std::string>& paths, ThreadPool& pool) const = 0;
  // How messages name a file of it.
  std::string shown(const std::string& path) const { return root() + "/" + path; }
};

std::shared_ptr<const FileTree> open_folder(const std::string& path);
// Throws Error (file) where it is no archive of these kinds, or a damaged one.
std::shared_ptr<const FileTree> open_archive(const std::string& path);

// Where a file or folder is hidden, or one that systems leave behind: .DS_Store, Thumbs.db, __MACOSX, …
bool is_clutter(const std::string& name);

}  // namespace fovea
