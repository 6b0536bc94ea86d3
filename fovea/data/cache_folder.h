// The folder that decoded pictures are kept in between runs: where it is, what it holds, how much it may hold.
//
// A file in it is whole, or has a temporary name while somebody writes it. Who reads or writes a file has it locked
// (flock), so that others neither take it for left behind nor remove it to make room.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fovea {

class CacheFolder {
 public:
  // `path` empty: FOVEA_CACHE_DIR, else fovea below XDG_CACHE_HOME, else ~/.cache/fovea. `limit` in bytes, 0:
  // FOVEA_CACHE_SIZE ("20G"), else half of what is free on its disk, the cache's own files counted as free. Nothing is
  // looked at or created. Throws Error (usage) where FOVEA_CACHE_SIZE is no size.
  explicit CacheFolder(std::string path = "", uint64_t limit = 0);

  const std::string& path() const { return path_; }

  struct File {
    std::string name;
    uint64_t bytes = 0;
    int64_t used = 0;  // when it was last used: nanoseconds since 1970
  };
  // What it holds, that used longest ago first; nothing where there is no such folder. Files under way and foreign ones
  // are no part of it.
  std::vector<File> files() const;
  uint64_t bytes() const;  // of them all
  uint64_t limit() const;

  // Removes files that nobody has locked, those used longest ago first, until `bytes` more may be written, and what
  // killed writers left behind. Creates the folder. Throws Error (file) where it cannot be written to, or where so much
  // is more than the limit.
  void make_room(uint64_t bytes) const;
  // Removes all files, also those in use: who has one open keeps it. Returns how many bytes that were.
  uint64_t clear() const;

 private:
  void remove_leftovers() const;

  std::string path_;
  uint64_t limit_;
};

// A file of a cache folder: its descriptor, locked as long as this lives.
class CacheFile {
 public:
  // Opens one that is there and notes that it was used. Negative descriptor: there is none.
  static CacheFile open(const std::string& path);
  // A new one of so many bytes under a temporary name, all of it allocated. Throws Error (file).
  static CacheFile create(const std::string& path, uint64_t bytes);

  CacheFile(CacheFile&& other) noexcept;
  CacheFile& operator=(CacheFile&& other) noexcept;
  // A file that was created and not kept is removed.
  ~CacheFile();

  explicit operator bool() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }

  // May be called by several threads. Throws Error (file).
  void write(uint64_t place, const void* bytes, uint64_t count) const;
  // Gives a file that was created its own name, once it is on the disk. Throws Error (file).
  void keep();

 private:
  CacheFile() = default;

  std::string path_, temporary_;  // the latter empty where it has its own name
  int descriptor_ = -1;
};

}  // namespace fovea
