// Pictures of one shape, decoded and brought to size, in a file of the cache: written by several threads, read as
// memory. docs/file_formats.md has the bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fovea/data/cache_folder.h"
#include "fovea/data/file_tree.h"
#include "fovea/data/picture_memory.h"
#include "fovea/data/pictures.h"
#include "fovea/data/resizing.h"
#include "fovea/tensor/shape.h"

namespace fovea {

// What the pixels of pictures follow from, as one number: which files, in which order, what they are known by, and all
// that is done to them.
struct PictureKey {
  uint64_t high = 0, low = 0;

  std::string text() const;  // 32 hexadecimal digits
  bool operator==(const PictureKey&) const = default;
};

class PictureKeyBuilder {
 public:
  PictureKeyBuilder();
  PictureKeyBuilder(const PictureKeyBuilder&) = delete;
  PictureKeyBuilder& operator=(const PictureKeyBuilder&) = delete;
  ~PictureKeyBuilder();

  void add(const std::string& text);
  void add(const std::string& path, const FileIdentity& identity);
  PictureKey key() const;

 private:
  void* state_;
};

// What is known of a file besides its pixels.
struct PictureRecord {
  int64_t height = 0, width = 0, channels = 0;  // its own; no channels: it is broken
  PictureHash hash;                             // of its pixels
  std::string problem;                          // what is wrong with one that is broken

  bool is_broken() const { return channels == 0; }
};

struct CachedPictures {
  std::shared_ptr<const PictureMemory> memory;  // pictures one after the other, also where broken files leave a gap
  std::vector<PictureRecord> records;           // a file
};

std::string pictures_path(const CacheFolder& folder, const PictureKey& key);

// Those of this key, shape and number of files; nothing where there is no such file or not a whole one.
std::optional<CachedPictures> find_pictures(const CacheFolder& folder, const PictureKey& key, const Shape& shape,
                                            size_t files);

// Writes such a file.
class PictureCacheWriter {
 public:
  // Makes room. Throws Error (file).
  PictureCacheWriter(const CacheFolder& folder, const PictureKey& key, const Shape& shape, size_t files);

  // The pixels of a file; by several threads. Throws Error (file).
  void put(size_t file, const uint8_t* pixels) const;
  // `keep`: others find it from now on, else it goes when it is not used any more. Throws Error (file).
  CachedPictures finish(std::vector<PictureRecord> records, bool keep);

 private:
  PictureKey key_;
  Shape shape_;
  size_t files_;
  CacheFile file_;
};

// The shape that a data set's pictures were found to be brought to: looking at every file again takes long.
std::optional<Shape> find_shape(const CacheFolder& folder, const PictureKey& key);
void keep_shape(const CacheFolder& folder, const PictureKey& key, const Shape& shape);

}  // namespace fovea
