#include "fovea/data/feature_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace fovea {
namespace {

constexpr uint32_t kVersion = 1;
constexpr char kMagic[16] = "fovea features\n";
constexpr uint64_t kRows = 4096;  // where they begin

struct Header {
  char magic[16];
  uint32_t version, floats;
  uint64_t rows;
  uint64_t key_high, key_low;
};

Header header_of(const PictureKey& key, const FeatureSize& size) {
  Header header = {{}, kVersion, static_cast<uint32_t>(size.floats), static_cast<uint64_t>(size.rows), key.high, key.low};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  return header;
}

std::string path_of(const CacheFolder& folder, const PictureKey& key) { return folder.path() + "/" + key.text() + ".features"; }

}  // namespace

std::shared_ptr<const PictureMemory> find_features(const CacheFolder& folder, const PictureKey& key, const FeatureSize& size) {
  CacheFile file = CacheFile::open(path_of(folder, key));
  struct stat status {};
  if (!file || ::fstat(file.descriptor(), &status) != 0 || !S_ISREG(status.st_mode)) return nullptr;
  const uint64_t bytes = kRows + size.bytes();
  Header header;
  if (static_cast<uint64_t>(status.st_size) != bytes || ::pread(file.descriptor(), &header, sizeof header, 0) != ssize_t{sizeof header})
    return nullptr;
  const Header wanted = header_of(key, size);
  if (std::memcmp(&header, &wanted, sizeof header) != 0) return nullptr;
  return std::make_shared<const PictureMemory>(std::move(file), bytes, kRows);
}

FeatureFileWriter::FeatureFileWriter(const CacheFolder& folder, const PictureKey& key, const FeatureSize& size)
    : key_(key), size_(size), file_([&] {
        folder.make_room(kRows + size.bytes());
        return CacheFile::create(path_of(folder, key), kRows + size.bytes());
      }()) {}

void FeatureFileWriter::put(int64_t row, int64_t count, const float* floats) const {
  const uint64_t bytes = static_cast<uint64_t>(size_.floats) * sizeof(float);
  file_.write(kRows + static_cast<uint64_t>(row) * bytes, floats, static_cast<uint64_t>(count) * bytes);
}

std::shared_ptr<const PictureMemory> FeatureFileWriter::finish() {
  const Header header = header_of(key_, size_);
  file_.write(0, &header, sizeof header);
  file_.keep();
  return std::make_shared<const PictureMemory>(std::move(file_), kRows + size_.bytes(), kRows);
}

}  // namespace fovea
