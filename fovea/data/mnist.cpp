// MNIST and Fashion-MNIST: four IDX files, gzipped or not.
#include <algorithm>

#include "fovea/base/error.h"
#include "fovea/base/file.h"
#include "fovea/data/labels.h"
#include "fovea/data/places.h"
#include "fovea/data/source.h"
#include "fovea/formats/idx.h"

namespace fovea {
namespace {

constexpr int64_t kClasses = 10;

// "train-images-idx3-ubyte.gz", unpacked, and as some unpack it.
std::vector<std::string> names_of(const std::string& what, const std::string& rank) {
  return {what + "-idx" + rank + "-ubyte.gz", what + "-idx" + rank + "-ubyte", what + ".idx" + rank + "-ubyte"};
}

std::shared_ptr<const Pictures> read_pair(const std::string& folder, const std::string& part) {
  const std::string pixels_path = existing_file(folder, names_of(part + "-images", "3"));
  const std::string labels_path = existing_file(folder, names_of(part + "-labels", "1"));
  Array pixels = load_idx(pixels_path);
  const Shape shape = pixels.shape();
  if (pixels.dtype() != DType::u8 || shape.rank() != 3 || shape.elements() == 0)
    throw file_error(pixels_path, "holds no pictures (got {} {}, expected uint8 (N, height, width))",
                     to_string(pixels.dtype()), to_string(shape));
  const Array labels = load_idx(labels_path);
  if (labels.dtype() != DType::u8 || labels.shape().rank() != 1)
    throw file_error(labels_path, "holds no labels (got {} {}, expected uint8 (N,))", to_string(labels.dtype()),
                     to_string(labels.shape()));
  if (labels.elements() != shape[0])
    throw file_error(labels_path, "there are not as many labels as pictures (got {}, expected {})", labels.elements(),
                     shape[0]);
  std::vector<int32_t> values(labels.values<uint8_t>().begin(), labels.values<uint8_t>().end());
  check_labels(values, kClasses, labels_path);
  pixels.reshape({shape[0], shape[1], shape[2], 1});
  return std::make_shared<Pictures>(std::move(pixels), std::move(values));
}

Source read_idx(const DataFiles& files, const std::optional<std::string>& folder, Wanted wanted) {
  const std::string found = find_data(files, folder);
  Source source{.name = files.name, .classes = kClasses};
  if (wanted.train) source.train = read_pair(found, "train");
  if (wanted.test) source.test = read_pair(found, "t10k");
  return source;
}

}  // namespace

Source read_fashion_mnist(const std::optional<std::string>& folder, Wanted wanted) {
  const DataFiles files{
      .name = "fashion-mnist",
      .first_file = names_of("train-images", "3"),
      .folders = {keras_datasets() + "/fashion-mnist", "/usr/share/datasets/fashion-mnist"},  // the user's before the system's
      .advice =
          "it comes with Debian's package dataset-fashion-mnist, or from github.com/zalandoresearch/fashion-mnist "
          "(sha256 3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84) beside its three others"};
  Source source = read_idx(files, folder, wanted);
  source.class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                        "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  return source;
}

Source read_mnist(const std::optional<std::string>& folder, Wanted wanted) {
  const std::vector<std::string> digits = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  // Keras keeps it as one archive; in a folder named by the user it may be either.
  const std::string archive = folder.value_or(keras_datasets()) + "/mnist.npz";
  if (file_exists(archive)) {
    Source source = read_npz(archive, digits, wanted);
    source.name = "mnist";
    return source;
  }
  const DataFiles files{
      .name = "mnist",
      .first_file = names_of("train-images", "3"),
      .folders = {keras_datasets()},
      .advice =
          "it comes from yann.lecun.com/exdb/mnist (sha256 "
          "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609) beside its three others, "
          "or all four as Keras's mnist.npz"};
  Source source = read_idx(files, folder, wanted);
  source.class_names = digits;
  return source;
}

}  // namespace fovea
