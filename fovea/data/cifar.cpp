// CIFAR-10's binary files. A record is its label and three planes, red, green and blue, of 32 x 32 bytes.
#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/data/labels.h"
#include "fovea/data/places.h"
#include "fovea/data/source.h"

namespace fovea {
namespace {

constexpr size_t kSide = 32, kPlane = kSide * kSide, kPicture = 3 * kPlane, kRecord = 1 + kPicture;
constexpr int64_t kClasses = 10;
constexpr uint64_t kMaxRecords = 1'000'000;  // a file; CIFAR-10's have 10,000
constexpr size_t kRecordsAtOnce = 64;        // what is read before it is converted: stays in the cache

int64_t records_of(const FileReader& reader) {
  const uint64_t size = reader.size();
  if (size == 0 || size % kRecord != 0 || size / kRecord > kMaxRecords)
    throw file_error(reader.path(),
                     "is no file of CIFAR-10's binary version (got {} bytes, expected a multiple of {}{})", size,
                     kRecord, size / kRecord > kMaxRecords ? ", of at most a million pictures" : "");
  return static_cast<int64_t>(size / kRecord);
}

// Planes to pixels.
void interleave(const uint8_t* planes, uint8_t* dst) {
  for (size_t i = 0; i < kPlane; ++i, dst += 3) {
    dst[0] = planes[i];
    dst[1] = planes[kPlane + i];
    dst[2] = planes[2 * kPlane + i];
  }
}

// The files' pictures one after the other, each record straight into its final place: nothing is held twice.
std::shared_ptr<const Pictures> read_batches(const std::vector<std::string>& paths) {
  std::vector<FileReader> readers;
  int64_t pictures = 0;
  for (const std::string& path : paths) pictures += records_of(readers.emplace_back(path));
  Array pixels(DType::u8, {pictures, kSide, kSide, 3});
  std::vector<int32_t> labels;
  labels.reserve(static_cast<size_t>(pictures));
  std::vector<uint8_t> records(kRecordsAtOnce * kRecord);
  auto* dst = static_cast<uint8_t*>(pixels.data());
  for (FileReader& reader : readers) {
    std::vector<int32_t> own;
    for (auto left = static_cast<size_t>(records_of(reader)); left > 0;) {
      const size_t count = std::min(left, kRecordsAtOnce);
      reader.read_exactly(std::span(records).first(count * kRecord));
      for (size_t i = 0; i < count; ++i, dst += kPicture) {
        own.push_back(records[i * kRecord]);
        interleave(records.data() + i * kRecord + 1, dst);
      }
      left -= count;
    }
    check_labels(own, kClasses, reader.path());
    labels.insert(labels.end(), own.begin(), own.end());
  }
  return std::make_shared<Pictures>(std::move(pixels), std::move(labels));
}

}  // namespace

Source read_cifar10(const std::optional<std::string>& folder, Wanted wanted) {
  const DataFiles files{.name = "cifar10",
                        .first_file = {"data_batch_1.bin"},
                        .folders = {keras_datasets()},
                        .advice =
                            "it is in cifar-10-binary.tar.gz from www.cs.toronto.edu/~kriz/cifar.html (sha256 "
                            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd), to be unpacked"};
  const std::string found = find_data(files, folder);
  Source source{
      .name = files.name,
      .class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"},
      .classes = kClasses};
  if (wanted.train) {
    std::vector<std::string> paths;
    for (int i = 1; i <= 5; ++i) paths.push_back(fmt::format("{}/data_batch_{}.bin", found, i));
    source.train = read_batches(paths);
  }
  if (wanted.test) source.test = read_batches({found + "/test_batch.bin"});
  return source;
}

}  // namespace fovea
