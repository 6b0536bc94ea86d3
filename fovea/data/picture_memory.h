// Memory that pictures lie in, one after the other: our own, or a file of the cache.
//
// Our own is zero at the start, filled by threads together, and taken from the system where it is first written to, by
// whoever writes. Of a file only those pages are in memory that were looked at lately; the system takes them back where
// it needs the room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "fovea/data/cache_folder.h"

namespace fovea {

class PictureMemory {
 public:
  // Throws std::bad_alloc where the system has not so much.
  explicit PictureMemory(size_t bytes);
  // A file of so many bytes, whose pictures begin at `place`; not to be written to. It stays locked. Throws Error (file).
  PictureMemory(CacheFile file, size_t bytes, size_t place);
  PictureMemory(const PictureMemory&) = delete;
  PictureMemory& operator=(const PictureMemory&) = delete;
  ~PictureMemory();

  uint8_t* data() { return data_ + place_; }
  const uint8_t* data() const { return data_ + place_; }
  bool is_file() const { return file_.has_value(); }

  // Gives back what lies behind these bytes of our own memory.
  void keep(size_t bytes);
  // These bytes are needed soon: of a file the system begins to read them. Returns at once.
  void expect(const uint8_t* begin, size_t bytes) const;

 private:
  std::optional<CacheFile> file_;
  uint8_t* data_ = nullptr;
  size_t bytes_ = 0, place_ = 0;
};

}  // namespace fovea
