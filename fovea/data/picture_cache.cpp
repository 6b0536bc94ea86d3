#include "fovea/data/picture_cache.h"

#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cstring>
#include <sstream>

#include "fovea/base/error.h"
#include "fovea/formats/decoder_versions.h"

namespace fovea {
namespace {

// To be raised where decoding or resizing comes to give other pixels, and where the bytes of the files change.
constexpr uint32_t kVersion = 2;
constexpr char kMagic[16] = "fovea pictures\n";
constexpr uint64_t kPictures = 4096;  // where they begin
constexpr uint64_t kMaxRecords = uint64_t{1} << 36;
constexpr const char* kShapeFile = "fovea shape 1";

struct Header {
  char magic[16];
  uint32_t version, channels;
  uint64_t height, width, files;
  uint64_t key_high, key_low;
  uint64_t records, bytes;  // where they begin; of the whole file
  uint64_t records_hash;
};

// Problems' texts follow the records, in their order.
struct Record {
  uint32_t height, width, channels, problem_bytes;
  uint64_t high, low;
};

uint64_t records_place(const Shape& shape, size_t files) {
  return (kPictures + files * static_cast<uint64_t>(shape.elements()) + 7) / 8 * 8;
}

std::string packed(const std::vector<PictureRecord>& records) {
  std::string bytes;
  bytes.reserve(records.size() * sizeof(Record));
  for (const PictureRecord& record : records) {
    const Record r = {static_cast<uint32_t>(record.height),         static_cast<uint32_t>(record.width),
                      static_cast<uint32_t>(record.channels),       static_cast<uint32_t>(record.problem.size()),
                      record.hash.high,                             record.hash.low};
    bytes.append(reinterpret_cast<const char*>(&r), sizeof r);
  }
  for (const PictureRecord& record : records) bytes += record.problem;
  return bytes;
}

// Nothing where the texts are not as long as the records say.
std::optional<std::vector<PictureRecord>> unpacked(std::string_view bytes, size_t files) {
  if (bytes.size() < files * sizeof(Record)) return std::nullopt;
  std::string_view texts = bytes.substr(files * sizeof(Record));
  std::vector<PictureRecord> records(files);
  for (size_t i = 0; i < files; ++i) {
    Record r;
    std::memcpy(&r, bytes.data() + i * sizeof r, sizeof r);
    if (r.problem_bytes > texts.size() || (r.channels != 0 && r.channels != 1 && r.channels != 3)) return std::nullopt;
    records[i] = {r.height, r.width, r.channels, {r.high, r.low}, std::string(texts.substr(0, r.problem_bytes))};
    texts.remove_prefix(r.problem_bytes);
  }
  if (!texts.empty()) return std::nullopt;
  return records;
}

std::string shape_path(const CacheFolder& folder, const PictureKey& key) {
  return folder.path() + "/" + key.text() + ".shape";
}

XXH3_state_t* state_of(void* state) { return static_cast<XXH3_state_t*>(state); }

}  // namespace

std::string PictureKey::text() const { return fmt::format("{:016x}{:016x}", high, low); }

PictureKeyBuilder::PictureKeyBuilder() : state_(XXH3_createState()) {
  XXH3_128bits_reset(state_of(state_));
  add(fmt::format("{} {}", kVersion, decoder_versions()));
}

PictureKeyBuilder::~PictureKeyBuilder() { XXH3_freeState(state_of(state_)); }

void PictureKeyBuilder::add(const std::string& text) {
  XXH3_128bits_update(state_of(state_), text.c_str(), text.size() + 1);
}

void PictureKeyBuilder::add(const std::string& path, const FileIdentity& identity) {
  add(path);
  XXH3_128bits_update(state_of(state_), &identity, sizeof identity);
}

PictureKey PictureKeyBuilder::key() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_of(state_));
  return {hash.high64, hash.low64};
}

std::string pictures_path(const CacheFolder& folder, const PictureKey& key) {
  return folder.path() + "/" + key.text() + ".pictures";
}

std::optional<CachedPictures> find_pictures(const CacheFolder& folder, const PictureKey& key, const Shape& shape,
                                            size_t files) {
  CacheFile file = CacheFile::open(pictures_path(folder, key));
  struct stat status {};
  if (!file || ::fstat(file.descriptor(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const auto size = static_cast<uint64_t>(status.st_size), place = records_place(shape, files);
  Header header;
  if (size < kPictures || ::pread(file.descriptor(), &header, sizeof header, 0) != ssize_t{sizeof header})
    return std::nullopt;
  const bool fits = std::memcmp(header.magic, kMagic, sizeof kMagic) == 0 && header.version == kVersion &&
                    PictureKey{header.key_high, header.key_low} == key &&
                    header.height == static_cast<uint64_t>(shape[0]) && header.width == static_cast<uint64_t>(shape[1]) &&
                    header.channels == static_cast<uint64_t>(shape[2]) && header.files == files &&
                    header.records == place && header.bytes == size && size >= place && size - place < kMaxRecords;
  if (!fits) return std::nullopt;
  auto memory = std::make_shared<PictureMemory>(std::move(file), size, kPictures);
  const std::string_view bytes(reinterpret_cast<const char*>(memory->data()) + (place - kPictures), size - place);
  if (XXH3_64bits(bytes.data(), bytes.size()) != header.records_hash) return std::nullopt;
  auto records = unpacked(bytes, files);
  if (!records) return std::nullopt;
  return CachedPictures{std::move(memory), std::move(*records)};
}

PictureCacheWriter::PictureCacheWriter(const CacheFolder& folder, const PictureKey& key, const Shape& shape, size_t files)
    : key_(key), shape_(shape), files_(files), file_([&] {
        const uint64_t bytes = records_place(shape, files) + files * sizeof(Record);
        folder.make_room(bytes);
        return CacheFile::create(pictures_path(folder, key), bytes);
      }()) {}

void PictureCacheWriter::put(size_t file, const uint8_t* pixels) const {
  const auto bytes = static_cast<uint64_t>(shape_.elements());
  file_.write(kPictures + file * bytes, pixels, bytes);
}

CachedPictures PictureCacheWriter::finish(std::vector<PictureRecord> records, bool keep) {
  const std::string bytes = packed(records);
  Header header = {{},
                   kVersion,
                   static_cast<uint32_t>(shape_[2]),
                   static_cast<uint64_t>(shape_[0]),
                   static_cast<uint64_t>(shape_[1]),
                   files_,
                   key_.high,
                   key_.low,
                   records_place(shape_, files_),
                   records_place(shape_, files_) + bytes.size(),
                   XXH3_64bits(bytes.data(), bytes.size())};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  file_.write(header.records, bytes.data(), bytes.size());
  file_.write(0, &header, sizeof header);
  if (keep) file_.keep();
  return {std::make_shared<PictureMemory>(std::move(file_), header.bytes, kPictures), std::move(records)};
}

std::optional<Shape> find_shape(const CacheFolder& folder, const PictureKey& key) {
  const CacheFile file = CacheFile::open(shape_path(folder, key));
  char text[128];
  const ssize_t got = file ? ::pread(file.descriptor(), text, sizeof text, 0) : -1;
  if (got <= 0) return std::nullopt;
  std::istringstream words(std::string(text, static_cast<size_t>(got)));
  std::string line;
  int64_t height = 0, width = 0, channels = 0;
  constexpr int64_t kMaxSide = 65'535;
  if (!std::getline(words, line) || line != kShapeFile || !(words >> height >> width >> channels)) return std::nullopt;
  if (height < 1 || height > kMaxSide || width < 1 || width > kMaxSide || (channels != 1 && channels != 3))
    return std::nullopt;
  return Shape{height, width, channels};
}

void keep_shape(const CacheFolder& folder, const PictureKey& key, const Shape& shape) {
  const std::string text = fmt::format("{}\n{} {} {}\n", kShapeFile, shape[0], shape[1], shape[2]);
  CacheFile file = CacheFile::create(shape_path(folder, key), text.size());
  file.write(0, text.data(), text.size());
  file.keep();
}

}  // namespace fovea
