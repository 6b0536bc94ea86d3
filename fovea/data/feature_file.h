// Rows of float32 under a key in a file of the cache: what a frozen part of a model makes of pictures, for the next run.
// docs/file_formats.md has the bytes.
#pragma once

#include <memory>

#include "fovea/data/picture_cache.h"

namespace fovea {

struct FeatureSize {
  int64_t rows = 0, floats = 0;  // of a row

  uint64_t bytes() const { return static_cast<uint64_t>(rows) * static_cast<uint64_t>(floats) * sizeof(float); }
};

// Those of this key and size; null where there is no such file or not a whole one.
std::shared_ptr<const PictureMemory> find_features(const CacheFolder& folder, const PictureKey& key, const FeatureSize& size);

class FeatureFileWriter {
 public:
  // Makes room. Throws Error (file).
  FeatureFileWriter(const CacheFolder& folder, const PictureKey& key, const FeatureSize& size);

  // Rows from one on. Throws Error (file).
  void put(int64_t row, int64_t count, const float* floats) const;
  // Others find it from now on. Throws Error (file).
  std::shared_ptr<const PictureMemory> finish();

 private:
  PictureKey key_;
  FeatureSize size_;
  CacheFile file_;
};

}  // namespace fovea
