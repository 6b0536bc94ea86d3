// CIFAR-10 and CIFAR-100: binary files, Python's batches (pickles), or either in the archive that they come in. A picture
// is three planes, red, green and blue, of 32 x 32 bytes; a binary record is its label (CIFAR-100: coarse and fine) and the
// planes.
#include <algorithm>
#include <map>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/data/labels.h"
#include "fovea/data/places.h"
#include "fovea/data/source.h"
#include "fovea/formats/archive.h"
#include "fovea/formats/pickle.h"

namespace fovea {
namespace {

constexpr size_t kSide = 32, kPlane = kSide * kSide, kPicture = 3 * kPlane;
constexpr uint64_t kMaxPictures = 1'000'000;  // a file; CIFAR's have 10,000 and 50,000
constexpr uint64_t kMaxFile = kMaxPictures * (kPicture + 64);
constexpr size_t kRecordsAtOnce = 64;         // what is read before it is converted: stays in the cache

struct Cifar {
  DataFiles files;
  const char* title;
  size_t label_bytes;  // the last one counts
  const char* label_key;
  std::vector<std::string> train, test, archives;  // without ".bin"; the archives in the order in which they are tried
  std::vector<std::string> class_names;

  size_t record() const { return label_bytes + kPicture; }
  int64_t classes() const { return static_cast<int64_t>(class_names.size()); }
};

// Planes to pixels; the planes' bytes may be `stride` apart.
void interleave(const uint8_t* planes, size_t stride, uint8_t* dst) {
  for (size_t i = 0; i < kPlane; ++i, dst += 3) {
    dst[0] = planes[i * stride];
    dst[1] = planes[(kPlane + i) * stride];
    dst[2] = planes[(2 * kPlane + i) * stride];
  }
}

int64_t records_in(const Cifar& cifar, uint64_t size, const std::string& where) {
  const size_t record = cifar.record();
  if (size == 0 || size % record != 0 || size / record > kMaxPictures)
    throw file_error(where, "is no file of {}'s binary version (got {} bytes, expected a multiple of {}{})", cifar.title,
                     size, record, size / record > kMaxPictures ? ", of at most a million pictures" : "");
  return static_cast<int64_t>(size / record);
}

// The files' pictures one after the other, each record straight into its final place: nothing is held twice.
std::shared_ptr<const Pictures> read_binary(const Cifar& cifar, const std::vector<std::string>& paths) {
  const size_t record = cifar.record();
  std::vector<FileReader> readers;
  int64_t pictures = 0;
  for (const std::string& path : paths) {
    readers.emplace_back(path);
    pictures += records_in(cifar, readers.back().size(), path);
  }
  Array pixels(DType::u8, {pictures, kSide, kSide, 3});
  std::vector<int32_t> labels;
  labels.reserve(static_cast<size_t>(pictures));
  std::vector<uint8_t> records(kRecordsAtOnce * record);
  auto* dst = static_cast<uint8_t*>(pixels.data());
  for (FileReader& reader : readers) {
    std::vector<int32_t> own;
    for (auto left = static_cast<size_t>(records_in(cifar, reader.size(), reader.path())); left > 0;) {
      const size_t count = std::min(left, kRecordsAtOnce);
      reader.read_exactly(std::span(records).first(count * record));
      for (size_t i = 0; i < count; ++i, dst += kPicture) {
        const uint8_t* src = records.data() + i * record + cifar.label_bytes;
        own.push_back(src[-1]);
        interleave(src, 1, dst);
      }
      left -= count;
    }
    check_labels(own, cifar.classes(), reader.path());
    labels.insert(labels.end(), own.begin(), own.end());
  }
  return std::make_shared<Pictures>(std::move(pixels), std::move(labels));
}

// A file's content, and where in it the planes lie.
struct Batch {
  std::string content;
  std::vector<int32_t> labels = {};
  Bytes planes = {};
  size_t picture_stride = 0, byte_stride = 1;
};

void parse_binary(const Cifar& cifar, Batch& batch, const std::string& where) {
  const auto count = static_cast<size_t>(records_in(cifar, batch.content.size(), where));
  const Bytes bytes = as_bytes(batch.content);
  batch.planes = bytes.subspan(cifar.label_bytes);
  batch.picture_stride = cifar.record();
  for (size_t i = 0; i < count; ++i) batch.labels.push_back(bytes[i * cifar.record() + cifar.label_bytes - 1]);
}

void parse_python(const Cifar& cifar, Batch& batch, const std::string& where) {
  const Pickle pickle(as_bytes(batch.content), where);
  const auto data = pickle.find(pickle.top(), "data"), labels = pickle.find(pickle.top(), cifar.label_key);
  if (!data || !labels)
    throw file_error(where, "is no batch of {} (expected a dict of data and {})", cifar.title, cifar.label_key);
  const Pickle::ByteArray array = pickle.byte_array(*data, "data");
  if (array.shape.size() != 2 || array.shape[1] != static_cast<int64_t>(kPicture))
    throw file_error(where, "data are no pictures (got {} axes, expected (N, {}))", array.shape.size(), kPicture);
  for (const int64_t label : pickle.integers(*labels, cifar.label_key))
    batch.labels.push_back(label >= 0 && label < cifar.classes() ? static_cast<int32_t>(label) : -1);
  if (static_cast<int64_t>(batch.labels.size()) != array.shape[0])
    throw file_error(where, "there are not as many labels as pictures (got {}, expected {})", batch.labels.size(), array.shape[0]);
  batch.planes = array.bytes;
  batch.picture_stride = array.fortran_order ? 1 : kPicture;
  batch.byte_stride = array.fortran_order ? batch.labels.size() : 1;
}

std::shared_ptr<const Pictures> joined(const std::vector<Batch>& batches) {
  int64_t pictures = 0;
  for (const Batch& batch : batches) pictures += static_cast<int64_t>(batch.labels.size());
  Array pixels(DType::u8, {pictures, kSide, kSide, 3});
  std::vector<int32_t> labels;
  auto* dst = static_cast<uint8_t*>(pixels.data());
  for (const Batch& batch : batches)
    for (size_t i = 0; i < batch.labels.size(); ++i, dst += kPicture) {
      interleave(batch.planes.data() + i * batch.picture_stride, batch.byte_stride, dst);
      labels.push_back(batch.labels[i]);
    }
  return std::make_shared<Pictures>(std::move(pixels), std::move(labels));
}

Batch parsed(const Cifar& cifar, std::string content, bool binary, const std::string& where) {
  Batch batch{.content = std::move(content)};
  (binary ? parse_binary : parse_python)(cifar, batch, where);
  if (batch.labels.empty()) throw file_error(where, "holds no pictures");
  check_labels(batch.labels, cifar.classes(), where);
  return batch;
}

std::shared_ptr<const Pictures> read_python(const Cifar& cifar, const std::vector<std::string>& paths) {
  std::vector<Batch> batches(paths.size());
  for (size_t i = 0; i < paths.size(); ++i) batches[i] = parsed(cifar, read_file(paths[i], kMaxFile), false, paths[i]);
  return joined(batches);
}

// The batches of these names, with ".bin" or without, wherever they lie in the archive.
void read_archive(const Cifar& cifar, const std::string& path, Wanted wanted, Source& source) {
  std::map<std::string, Batch> found;
  std::vector<std::string> names;
  if (wanted.train) names = cifar.train;
  if (wanted.test) names.insert(names.end(), cifar.test.begin(), cifar.test.end());
  for (ArchiveReader reader(path); found.size() < names.size() && reader.next();) {
    if (!reader.is_file()) continue;
    std::string name = reader.name().substr(reader.name().rfind('/') + 1);
    const bool binary = name.ends_with(".bin");
    if (binary) name.resize(name.size() - 4);
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    found[name] = parsed(cifar, reader.read(kMaxFile), binary, path + "/" + reader.name());
  }
  const auto taken = [&](const std::vector<std::string>& part) {
    std::vector<Batch> batches;
    for (const std::string& name : part) {
      const auto batch = found.find(name);
      if (batch == found.end()) throw file_error(path, "there is no {} in the archive", name);
      batches.push_back(std::move(batch->second));
    }
    return joined(batches);
  };
  if (wanted.train) source.train = taken(cifar.train);
  if (wanted.test) source.test = taken(cifar.test);
}

Source read_cifar(Cifar cifar, const std::optional<std::string>& folder, Wanted wanted) {
  Source source{.name = cifar.files.name, .class_names = cifar.class_names, .classes = cifar.classes()};
  if (folder && file_exists(*folder)) {
    read_archive(cifar, *folder, wanted, source);
    return source;
  }
  const std::string first = cifar.train.front();
  cifar.files.first_file = {first + ".bin", first};
  cifar.files.first_file.insert(cifar.files.first_file.end(), cifar.archives.begin(), cifar.archives.end());
  const std::string found = find_data(cifar.files, folder) + "/";
  const auto paths = [&](const std::vector<std::string>& names, const char* extension) {
    std::vector<std::string> all;
    for (const std::string& name : names) all.push_back(found + name + extension);
    return all;
  };
  if (file_exists(found + first + ".bin")) {
    if (wanted.train) source.train = read_binary(cifar, paths(cifar.train, ".bin"));
    if (wanted.test) source.test = read_binary(cifar, paths(cifar.test, ".bin"));
  } else if (file_exists(found + first)) {
    if (wanted.train) source.train = read_python(cifar, paths(cifar.train, ""));
    if (wanted.test) source.test = read_python(cifar, paths(cifar.test, ""));
  } else {
    const auto there = std::find_if(cifar.archives.begin(), cifar.archives.end(),
                                    [&](const std::string& name) { return file_exists(found + name); });
    read_archive(cifar, found + *there, wanted, source);
  }
  return source;
}

}  // namespace

Source read_cifar10(const std::optional<std::string>& folder, Wanted wanted) {
  return read_cifar(
      {.files = {.name = "cifar10",
                 .first_file = {},
                 // Keras unpacks what it fetches two folders deep.
                 .folders = {keras_datasets(), keras_datasets() + "/cifar-10-batches-py-target"},
                 .advice = "it is in cifar-10-binary.tar.gz from www.cs.toronto.edu/~kriz/cifar.html (sha256 "
                           "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd), packed or not"},
       .title = "CIFAR-10",
       .label_bytes = 1,
       .label_key = "labels",
       .train = {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"},
       .test = {"test_batch"},
       .archives = {"cifar-10-binary.tar.gz", "cifar-10-python.tar.gz", "cifar-10-batches-py.tar.gz"},
       .class_names = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}},
      folder, wanted);
}

Source read_cifar100(const std::optional<std::string>& folder, Wanted wanted) {
  return read_cifar(
      {.files = {.name = "cifar100",
                 .first_file = {},
                 .folders = {keras_datasets(), keras_datasets() + "/cifar-100-python-target"},
                 .advice = "it is in cifar-100-python.tar.gz from www.cs.toronto.edu/~kriz/cifar.html (sha256 "
                           "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7), packed or not"},
       .title = "CIFAR-100",
       .label_bytes = 2,
       .label_key = "fine_labels",
       .train = {"train"},
       .test = {"test"},
       .archives = {"cifar-100-binary.tar.gz", "cifar-100-python.tar.gz"},
       .class_names =
           {"apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy",
            "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock",
            "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish",
            "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion",
            "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange",
            "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine",
            "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk",
            "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank",
            "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
            "willow_tree", "wolf", "woman", "worm"}},
      folder, wanted);
}

}  // namespace fovea
